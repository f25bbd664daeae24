// SPDX-License-Identifier: Apache-2.0
// The built-in rules against labelled_events.txt, which a person wrote.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "app/config/classification_file.h"
#include "core/event/classification.h"

namespace nsf {
namespace {

struct Labelled {
  bool known = false;
  std::string text;
  std::string data_type;
  std::vector<std::string> values;
  std::string class_uid;
  std::string activity_id;
  std::string outcome;
  std::string target;
};

std::string Trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  const std::string trimmed = text.substr(first, text.find_last_not_of(' ') + 1 - first);
  return trimmed == "-" ? "" : trimmed;
}

std::vector<std::string> Split(const std::string& line, char at) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, at);) parts.push_back(Trimmed(part));
  return parts;
}

std::vector<Labelled> ReadLabelled() {
  std::vector<Labelled> events;
  std::ifstream file(NSF_EVENT_TESTS "/labelled_events.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> parts = Split(line, '|');
    INFO(line);
    REQUIRE(parts.size() == 8);
    events.push_back({parts[0] == "k", parts[1], parts[2], Split(parts[3], ','), parts[4], parts[5],
                      parts[6], parts[7]});
  }
  return events;
}

AuditEvent EventOf(const Labelled& labelled) {
  AuditEvent event;
  event.event_text = labelled.text;
  event.supporting.data_type = labelled.data_type;
  for (const std::string& value : labelled.values) {
    event.supporting.values.at(event.supporting.value_count++) = value;
  }
  return event;
}

std::string NameOf(EventOutcome outcome) {
  if (outcome == EventOutcome::kSuccess) return "success";
  return outcome == EventOutcome::kFailure ? "failure" : "unknown";
}

TEST_CASE("Events are classified as a person labelled them") {
  const std::vector<Labelled> events = ReadLabelled();
  REQUIRE(events.size() >= 100);
  Classifier classifier(BuiltInClassification());
  for (const Labelled& labelled : events) {
    AuditEvent event = EventOf(labelled);
    classifier.Classify(&event);
    INFO(labelled.text << " by rule " << event.classification.rule_id);
    CHECK(std::to_string(event.classification.class_uid) == labelled.class_uid);
    CHECK(std::to_string(event.classification.activity_id) == labelled.activity_id);
    CHECK(NameOf(event.classification.outcome) == labelled.outcome);
    CHECK(event.target == labelled.target);
  }
}

TEST_CASE("Of the known texts, 95 % and more have a class; every class and rule is reached") {
  Classifier classifier(BuiltInClassification());
  std::size_t known = 0;
  std::size_t classified = 0;
  std::set<std::uint32_t> classes;
  std::set<std::string> rules;
  for (const Labelled& labelled : ReadLabelled()) {
    AuditEvent event = EventOf(labelled);
    classifier.Classify(&event);
    classes.insert(event.classification.class_uid);
    rules.emplace(event.classification.rule_id);
    if (!labelled.known) continue;
    ++known;
    if (event.classification.class_uid != 0) ++classified;
  }
  CHECK(known >= 20);
  CHECK(classified * 100 >= known * 95);
  CHECK(classes == std::set<std::uint32_t>{0, 3001, 3002, 3004, 3005, 3006, 6003});
  for (const ClassificationRule& rule : BuiltInRules().rules) {
    INFO(rule.id);
    CHECK(rules.count(rule.id) == 1);
  }
}

}  // namespace
}  // namespace nsf
