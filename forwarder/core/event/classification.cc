// SPDX-License-Identifier: Apache-2.0
// How a rule is matched. What the rules are stands in share/classification.yaml.
#include "core/event/classification.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/event/api_call.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 15> kEndings = {"",    "e",    "s",    "d",     "y",
                                                       "ed",  "es",   "ing",  "ion",   "ied",
                                                       "ies", "ting", "ying", "ation", "ment"};

constexpr std::uint32_t kAccountChange = 3001;
constexpr std::uint32_t kAuthentication = 3002;
constexpr std::uint32_t kEntityManagement = 3004;
constexpr std::uint32_t kApiActivity = 6003;
constexpr std::uint32_t kOtherType = 99;
constexpr std::size_t kLetters = 27;

std::size_t LetterOf(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<std::size_t>(c - 'a') : 26;
}

// A login states where it came from among its supporting values.
std::string_view FindAddress(const SupportingData& supporting) {
  for (std::size_t i = 0; i < supporting.value_count; ++i) {
    if (IsIpAddress(supporting.values[i])) return supporting.values[i];
  }
  return {};
}

std::string_view FindTarget(const SupportingData& supporting, TargetFrom from) {
  if (from == TargetFrom::kNone) return {};
  for (std::size_t rank = 0;; ++rank) {
    const std::string_view name = FindName(supporting, rank);
    if (name.empty() || from == TargetFrom::kName) return name;
    const bool is_mail = name.find('@') != std::string_view::npos;
    if (!IsIpAddress(name) && (from != TargetFrom::kGroup || !is_mail)) return name;
  }
}

bool Contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool RestMatches(const ClassificationRule& rule, const AuditEvent& event, const ApiCall& call) {
  if (!rule.methods.empty() && !Contains(rule.methods, call.method)) return false;
  if (rule.named && FindName(event.supporting, 0).empty()) return false;
  return rule.data_type.empty() || WordList(event.supporting.data_type).HasAny(rule.data_type);
}

EventOutcome OutcomeOf(const ClassificationRule& rule, const TextReading& reading,
                       const ApiCall& call) {
  switch (rule.outcome) {
    case OutcomeFrom::kWords:
      // "Locked admin" is what was done, and no failure.
      return rule.verbs.empty() ? reading.outcome : reading.outcome_of_rest;
    case OutcomeFrom::kStatus:
      if (!call.status) return EventOutcome::kUnknown;
      return *call.status < 400 ? EventOutcome::kSuccess : EventOutcome::kFailure;
    case OutcomeFrom::kSuccess:
      return EventOutcome::kSuccess;
    case OutcomeFrom::kFailure:
      return EventOutcome::kFailure;
    case OutcomeFrom::kUnknown:
      break;
  }
  return EventOutcome::kUnknown;
}

bool HasObject(std::uint32_t class_uid) {
  return class_uid >= kAccountChange && class_uid != kAuthentication && class_uid != kApiActivity;
}

}  // namespace

ClassificationTable::ClassificationTable(ClassificationRules rules)
    : rules_(std::move(rules)), stems_(kLetters) {
  std::vector<std::string_view> names;
  const auto verb_of = [&names](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    const auto index = static_cast<unsigned>(found - names.begin());
    if (found == names.end()) names.push_back(name);
    return index < 64 ? VerbSet{1} << index : 0;
  };
  for (const VerbWords& verb : rules_.verbs) {
    const VerbSet bit = verb_of(verb.name);
    for (const std::string& word : verb.words) {
      const bool whole = word.starts_with('=');
      const std::string text = word.substr(whole ? 1 : 0);
      if (!text.empty()) stems_[LetterOf(text.front())].push_back({text, whole, bit});
    }
  }
  for (const ClassificationRule& rule : rules_.rules) {
    CompiledRule compiled;
    for (const std::string& verb : rule.verbs) compiled.verbs |= verb_of(verb);
    compiled.asks_for_more = rule.named || !rule.data_type.empty() || !rule.methods.empty();
    compiled_.push_back(compiled);
  }
}

ClassificationTable::VerbSet ClassificationTable::FindVerb(std::string_view word) const {
  for (const Stem& stem : stems_[LetterOf(word.front())]) {
    if (!word.starts_with(stem.text)) continue;
    const std::string_view ending = word.substr(stem.text.size());
    const bool known = stem.whole
                           ? ending.empty()
                           : std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
    if (known) return stem.verb;
  }
  return 0;
}

// The first in the past tense, which tells what was done ("Block list created"), else the first.
ClassificationTable::FoundVerb ClassificationTable::ChooseVerb(const WordList& words) const {
  FoundVerb chosen;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const VerbSet verb = FindVerb(words.Folded(i));
    if (verb == 0) continue;
    if (words.Folded(i).ends_with("ed")) return {verb, i};
    if (chosen.verb == 0) chosen = {verb, i};
  }
  return chosen;
}

bool ClassificationTable::TextMatches(std::size_t index, const WordList& words,
                                      const FoundVerb& verb) const {
  const ClassificationRule& rule = rules_.rules[index];
  if (!rule.verbs.empty() && (compiled_[index].verbs & verb.verb) == 0) return false;
  if (!rule.verb_first && verb.verb != 0 && verb.index == 0) return false;
  if (!rule.words.empty() && !words.HasAny(rule.words)) return false;
  if (!rule.also.empty() && !words.HasAny(rule.also)) return false;
  return !words.HasAny(rule.without);
}

// Success is never invented: where a text says neither or both, it is not known.
EventOutcome ClassificationTable::OutcomeOf(const WordList& words, std::size_t but) const {
  const bool failed = words.HasAny(rules_.failure, but);
  const bool succeeded = words.HasAny(rules_.success, but);
  if (failed && !succeeded) return EventOutcome::kFailure;
  if (succeeded && !failed) return EventOutcome::kSuccess;
  const bool assumed = !failed && rules_.success_unless_said;
  return assumed ? EventOutcome::kSuccess : EventOutcome::kUnknown;
}

// What stands after the verb ("Deleted rbi template"), else before it ("Policy created"), without
// the words around it that are none of it.
void ClassificationTable::ReadObject(const WordList& words, const FoundVerb& verb,
                                     TextReading* reading) const {
  const auto is_none = [&](std::size_t i) {
    return words.IsOneOf(i, rules_.fillers) || words.IsOneOf(i, rules_.success) ||
           words.IsOneOf(i, rules_.failure);
  };
  std::size_t first = verb.index + 1;
  std::size_t end = words.size();
  const auto narrow = [&] {
    while (first < end && is_none(first)) ++first;
    while (first < end && is_none(end - 1)) --end;
  };
  narrow();
  if (first == end) {
    first = 0;
    end = verb.index;
    narrow();
  }
  if (first >= end) return;
  reading->object_at = static_cast<std::uint8_t>(words.Begin(first));
  reading->object_size = static_cast<std::uint8_t>(words.End(end) - words.Begin(first));
}

TextReading ClassificationTable::Read(std::string_view text) const {
  TextReading reading;
  const WordList words(text);
  const FoundVerb verb = ChooseVerb(words);
  for (std::size_t i = 0; i < rules_.rules.size(); ++i) {
    if (!TextMatches(i, words, verb)) continue;
    reading.rules.push_back(static_cast<std::uint16_t>(i));
    const ClassificationRule& rule = rules_.rules[i];
    if (!rule.methods.empty() || rule.outcome == OutcomeFrom::kStatus) reading.needs_call = true;
    if (!compiled_[i].asks_for_more) break;
  }
  if (reading.rules.empty()) return reading;
  reading.outcome = OutcomeOf(words, WordList::kMaxWords);
  reading.outcome_of_rest = OutcomeOf(words, verb.index);
  if (verb.verb == 0) return reading;
  ReadObject(words, verb, &reading);
  reading.object_type_id = kOtherType;
  const WordList object(text.substr(reading.object_at, reading.object_size));
  for (const ObjectKind& kind : rules_.objects) {
    if (!object.HasAny(kind.words)) continue;
    reading.object_type_id = kind.type_id;
    reading.object_category = kind.category;
    break;
  }
  return reading;
}

void ClassificationTable::Apply(const TextReading& reading, AuditEvent* event) const {
  Classification& result = event->classification;
  result = {};
  const ApiCall call = reading.needs_call ? ReadApiCall(event->supporting) : ApiCall();
  const auto chosen =
      std::find_if(reading.rules.begin(), reading.rules.end(), [&](std::uint16_t index) {
        return !compiled_[index].asks_for_more || RestMatches(rules_.rules[index], *event, call);
      });
  if (chosen == reading.rules.end()) {
    result.activity_name = event->event_text;
    event->target = FindTarget(event->supporting, TargetFrom::kName);
    return;
  }
  const ClassificationRule& rule = rules_.rules[*chosen];
  result.rule_id = rule.id;
  result.class_uid = rule.class_uid;
  result.activity_id = rule.activity_id;
  result.activity_name = rule.activity_name;
  result.category = rule.category;
  result.outcome = nsf::OutcomeOf(rule, reading, call);
  if (HasObject(rule.class_uid)) {
    result.object_type = event->event_text.substr(reading.object_at, reading.object_size);
  }
  if (rule.class_uid == kEntityManagement) {
    result.object_type_id = reading.object_type_id == 0 ? kOtherType : reading.object_type_id;
    if (!reading.object_category.empty()) result.category = reading.object_category;
  }
  event->target = FindTarget(event->supporting, rule.target);
  if (rule.class_uid == kAuthentication && event->source_ip.empty()) {
    event->source_ip = FindAddress(event->supporting);
  }
}

Classifier::Classifier(std::shared_ptr<const ClassificationTable> table)
    : table_(std::move(table)) {}

void Classifier::Classify(AuditEvent* event) {
  table_->Apply(ReadingOf(event->event_text.substr(0, WordList::kMaxBytes)), event);
}

const TextReading& Classifier::ReadingOf(std::string_view text) {
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  std::size_t slot = hash % slots_.size();
  for (; slots_[slot] != 0; slot = (slot + 1) % slots_.size()) {
    const KnownText& known = known_[slots_[slot] - 1U];
    if (known.hash == hash && known.text == text) return known.reading;
  }
  if (known_.size() == kMostTexts) {
    known_.clear();
    slots_.fill(0);
    slot = hash % slots_.size();
  }
  known_.push_back({hash, std::string(text), table_->Read(text)});
  slots_[slot] = static_cast<std::uint16_t>(known_.size());
  return known_.back().reading;
}

}  // namespace nsf
