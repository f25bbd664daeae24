// SPDX-License-Identifier: Apache-2.0
// Row → event: every type a member was seen with, and what is made of odd ones.
#include <catch2/catch.hpp>
#include <clocale>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "support/classified.h"

namespace nsf {
namespace {

struct Read {
  Page page;
  std::shared_ptr<RowReader> reader;
  AuditEvent event;
};

Read ReadRow(const std::string& row) {
  Read read{Page::Parse("[" + row + "]"), std::make_shared<RowReader>(), {}};
  INFO(row);
  REQUIRE(read.page.rows().size() == 1);
  read.event = ClassifiedEvent(read.reader->Read(read.page.rows()[0]));
  return read;
}

Read ReadMember(const std::string& name, const std::string& json) {
  return ReadRow("{\"" + name + "\":" + json + "}");
}

std::optional<std::int64_t> SecondsOf(std::optional<WallSeconds> time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

TEST_CASE("Times are read in every form, and garbage is no time") {
  const std::vector<std::pair<const char*, std::optional<std::int64_t>>> cases = {
      {"1760000100", 1760000100},
      {"\"1760000100\"", 1760000100},
      {"\" 1760000100 \"", 1760000100},
      {"1760000100.999", 1760000100},
      {"\"1760000100.5\"", 1760000100},
      {"1.7600001e9", 1760000100},
      {"1760000100123", 1760000100},        // milliseconds
      {"1760000100123456", 1760000100},     // microseconds
      {"1760000100123456789", 1760000100},  // nanoseconds, above 2^53
      {"99999999999", 99999999999},
      {"1", 1},
      {"0", {}},
      {"-1760000100", {}},
      {"0.5", {}},
      {"1e300", {}},
      {"99999999999999999999999", {}},
      {"\"2025-10-09 08:55:00.000000000\"", {}},
      {"\"0x68e77a54\"", {}},
      {"\"1,760,000,100\"", {}},
      {"\"\"", {}},
      {"\"nan\"", {}},
      {"\"inf\"", {}},
      {"null", {}},
      {"true", {}},
      {"[1760000100]", {}},
      {"{\"$date\":1760000100}", {}},
  };
  for (const auto& [json, seconds] : cases) {
    INFO(json);
    CHECK(SecondsOf(ReadMember("timestamp", json).event.timestamp) == seconds);
    CHECK(SecondsOf(ReadMember("_insertion_epoch_timestamp", json).event.insertion) == seconds);
  }
  CHECK(ReadMember("timestamp", "1760000100.50").event.timestamp_text == "1760000100.50");
}

// A process that sets a locale with a decimal comma must read the same.
TEST_CASE("No locale changes what is read") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // not on this machine
    CHECK(SecondsOf(ReadMember("timestamp", "1760000100.9").event.timestamp) == 1760000100);
    CHECK(ReadMember("severity_level", "\"HIGH\"").event.severity == Severity::kHigh);
  }
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("An id is a string or a number, kept as text") {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"\"5f2c9a01be77d3406a1c88e2\"", "5f2c9a01be77d3406a1c88e2"},
      {"936301", "936301"},
      {"8800000000000000001", "8800000000000000001"},
      {"18446744073709551617", "18446744073709551617"},
      {"1.50", "1.50"},
      {"\"null\"", "null"},  // an id is whatever the tenant says it is
      {"\"\\u0041\"", "A"},
      {"\"\"", ""},
      {"null", ""},
      {"true", ""},
      {"[\"a\"]", ""},
      {"{\"$oid\":\"a\"}", ""},
  };
  for (const auto& [json, id] : cases) {
    INFO(json);
    CHECK(ReadMember("_id", json).event.id == id);
  }
}

TEST_CASE("Place-holders in names are absent") {
  for (const char* name : {"user", "ur_normalized", "organization_unit", "type"}) {
    for (const char* json : {"\"\"", "\"null\"", "\"Unknown\"", "\"-\"", "\"N/A\"", "null", "[]"}) {
      INFO(name << " " << json);
      const Read read = ReadMember(name, json);
      const AuditEvent& event = read.event;
      CHECK(event.user.empty());
      CHECK(event.normalized_user.empty());
      CHECK(event.organization_unit.empty());
      CHECK(event.type.empty());
    }
  }
  CHECK(ReadMember("user", "\"student13\"").event.user == "student13");
  CHECK(ReadMember("user", "12345").event.user == "12345");
}

TEST_CASE("Severity is a number, a number in a string, or a word") {
  CHECK(ReadMember("severity_level", "1").event.severity == Severity::kHigh);
  CHECK(ReadMember("severity_level", "\"2\"").event.severity == Severity::kMedium);
  CHECK(ReadMember("severity_level", "\"Low\"").event.severity == Severity::kLow);
  CHECK(ReadMember("severity_level", "null").event.severity == Severity::kUnknown);
  CHECK(ReadMember("severity_level", "[1]").event.severity == Severity::kUnknown);
}

TEST_CASE("Counts are whole numbers") {
  CHECK(ReadMember("count", "3").event.count == 3);
  CHECK(ReadMember("count", "\"3\"").event.count == 3);
  CHECK_FALSE(ReadMember("count", "3.5").event.count);
  CHECK_FALSE(ReadMember("count", "true").event.count);
}

TEST_CASE("The source address is stated, or that of a login") {
  const std::string values = R"("supporting_data":{"data_values":["203.0.113.9","a"]})";
  CHECK(ReadRow(R"({"audit_log_event":"Login Successful",)" + values + "}").event.source_ip ==
        "203.0.113.9");
  CHECK(ReadRow(R"({"audit_log_event":"Login Successful","srcip":"192.0.2.1",)" + values + "}")
            .event.source_ip == "192.0.2.1");
  CHECK(ReadRow(R"({"audit_log_event":"Login Successful","srcip":"N/A",)" + values + "}")
            .event.source_ip == "203.0.113.9");
  CHECK(ReadRow(R"({"audit_log_event":"Deleted host",)" + values + "}").event.source_ip == "");
  CHECK(ReadRow(R"({"audit_log_event":"Deleted host","srcip":"2001:db8::1",)" + values + "}")
            .event.source_ip == "2001:db8::1");
}

TEST_CASE("The target is the first value that can be a name") {
  const auto target = [](const std::string& values) {
    return std::string(ReadRow(R"({"audit_log_event":"Deleted policy","supporting_data":)"
                               R"({"data_values":)" +
                               values + "}}")
                           .event.target);
  };
  CHECK(target(R"(["Block GenAI","other"])") == "Block GenAI");
  CHECK(target(R"([false,null,"","null","-",560])") == "560");
  CHECK(target("[]") == "");
  CHECK(target("[false]") == "");
}

TEST_CASE("Of members with the same name the last one counts") {
  const Read read =
      ReadRow(R"({"_id":"a","_id":"b","timestamp":1,"timestamp":"x","user":"u","user":null})");
  const AuditEvent& event = read.event;
  CHECK(event.id == "b");
  CHECK_FALSE(event.timestamp);
  CHECK(event.user == "");
}

TEST_CASE("A member means what it means behind many others") {
  for (const int others : {62, 63, 64, 254, 255, 256, 300, 70'000}) {
    std::string row = R"({"type":"first","\u0075ser":"ana")";
    for (int i = 0; i < others; ++i) row += ",\"other_" + std::to_string(i) + "\":1";
    row += R"(,"_id":"last","type":"last","supporting_data":{"data_type":"x"}})";
    const Read read = ReadRow(row);
    CHECK(read.event.id == "last");
    CHECK(read.event.type == "last");
    CHECK(read.event.user == "ana");
    CHECK(read.event.supporting.data_type == "x");
    const std::size_t at = read.event.row->known.IndexOf(KnownField::kType);
    CHECK(at == static_cast<std::size_t>(others) + 3);
    CHECK(read.event.row->known.IndexOf(KnownField::kSeverity) == KnownMembers::kNone);
  }
}

TEST_CASE("A row that is odd is an event all the same") {
  for (const char* row : {"{}", "5", "\"x\"", "null", "[]", "[{\"_id\":\"a\"}]", "true"}) {
    INFO(row);
    const Read read = ReadRow(row);
    CHECK(read.event.row->raw == row);
    CHECK(read.event.id == "");
    CHECK_FALSE(read.event.timestamp);
    CHECK(read.event.classification.class_uid == 0);
    CHECK(read.event.classification.rule_id == "none");
    CHECK(read.event.classification.category == "OTHER");
  }
}

}  // namespace
}  // namespace nsf
