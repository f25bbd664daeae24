// SPDX-License-Identifier: Apache-2.0
// What an event is: `audit_log_event` is free English text with hundreds of values, in any tense
// and letter case, so it is matched by its verb and its words against a table of rules.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/audit_event.h"
#include "core/event/classification_rules.h"

namespace nsf {

// What a text says by itself; the rest of an event chooses among `rules`.
struct TextReading {
  // Whose words the text has, in order, up to the first that asks for nothing else.
  std::vector<std::uint16_t> rules;
  bool needs_call = false;     // one of them looks at the parts of an API call
  std::uint8_t object_at = 0;  // what is acted on, in the text
  std::uint8_t object_size = 0;
  std::uint32_t object_type_id = 0;
  std::string_view object_category;
  EventOutcome outcome = EventOutcome::kUnknown;          // by all words
  EventOutcome outcome_of_rest = EventOutcome::kUnknown;  // by all but the verb
};

// The rules, ready to be matched. Immutable; any number of threads may read it.
class ClassificationTable {
 public:
  explicit ClassificationTable(ClassificationRules rules);
  ClassificationTable(const ClassificationTable&) = delete;
  ClassificationTable& operator=(const ClassificationTable&) = delete;

  bool SameAs(const ClassificationTable& other) const { return rules_ == other.rules_; }

  TextReading Read(std::string_view text) const;

  // Fills in `event->classification`, and from it `target` and, of a login, `source_ip`. What it
  // puts there points into the event and into this table, which outlives it. `reading` is that of
  // the event's text.
  void Apply(const TextReading& reading, AuditEvent* event) const;

 private:
  using VerbSet = std::uint64_t;
  struct Stem {
    std::string text;
    bool whole = false;
    VerbSet verb = 0;
  };
  struct FoundVerb {
    VerbSet verb = 0;  // 0: there is none
    std::size_t index = 0;
  };
  struct CompiledRule {
    VerbSet verbs = 0;
    bool asks_for_more = false;  // than a text
  };

  VerbSet FindVerb(std::string_view word) const;
  FoundVerb ChooseVerb(const WordList& words) const;
  bool TextMatches(std::size_t rule, const WordList& words, const FoundVerb& verb) const;
  EventOutcome OutcomeOf(const WordList& words, std::size_t but) const;
  void ReadObject(const WordList& words, const FoundVerb& verb, TextReading* reading) const;

  const ClassificationRules rules_;
  std::vector<CompiledRule> compiled_;    // one a rule
  std::vector<std::vector<Stem>> stems_;  // by first letter
};

// Classifies events one after the other, and remembers what it read in the texts that come again:
// of the last few hundred, so that hostile texts cost time and no memory. Used by one thread.
class Classifier {
 public:
  explicit Classifier(std::shared_ptr<const ClassificationTable> table);

  // As ClassificationTable::Apply().
  void Classify(AuditEvent* event);

 private:
  static constexpr std::size_t kMostTexts = 512;

  struct KnownText {
    std::uint64_t hash;
    std::string text;
    TextReading reading;
  };

  const TextReading& ReadingOf(std::string_view text);

  std::shared_ptr<const ClassificationTable> table_;
  std::vector<KnownText> known_;
  // Their places in `known_`, from 1, each where its hash says or in the first free slot behind; 0:
  // the slot is free. Half of them always are.
  std::array<std::uint16_t, 2 * kMostTexts> slots_{};
};

}  // namespace nsf
