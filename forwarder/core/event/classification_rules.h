// SPDX-License-Identifier: Apache-2.0
// What a file of classification rules says, as values: docs/CLASSIFICATION.md describes the file,
// share/classification.yaml is the one that is built in. Every text is in lower case.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/event/word_list.h"

namespace nsf {

// What is being done. A word is a stem, which any of the usual endings may follow, or, after '=',
// the whole word. A name may occur twice: what stands first is looked at first.
struct VerbWords {
  std::string name;
  std::vector<std::string> words;

  bool operator==(const VerbWords&) const = default;
};

// What is acted on, in OCSF's types of a managed entity.
struct ObjectKind {
  WordEntries words;
  std::uint32_t type_id = 0;
  std::string category;  // of an event about such an object; empty: the rule's

  bool operator==(const ObjectKind&) const = default;
};

enum class OutcomeFrom : std::uint8_t { kWords, kStatus, kSuccess, kFailure, kUnknown };

// Which supporting value names what was acted on.
enum class TargetFrom : std::uint8_t {
  kNone,   // none of them does
  kName,   // the first that can be a name
  kUser,   // of these, the first that is no address
  kGroup,  // of these, the first that is no address and nobody's e-mail
};

struct ClassificationRule {
  std::string id;
  // What the text must have; an empty list asks for nothing.
  WordEntries words;               // one of them
  WordEntries also;                // and one of these
  WordEntries without;             // and none of these
  std::vector<std::string> verbs;  // names; its verb is one of them
  bool verb_first = true;          // false: it does not begin with its verb
  // What the rest of the event must have.
  WordEntries data_type;             // of supporting_data, one of these words
  bool named = false;                // a supporting value that can be a name
  std::vector<std::string> methods;  // an API call by one of these, in upper case
  // What such an event is.
  std::uint32_t class_uid = 0;
  std::uint32_t activity_id = 0;
  std::string activity_name;
  std::string category;
  OutcomeFrom outcome = OutcomeFrom::kWords;
  TargetFrom target = TargetFrom::kName;

  bool operator==(const ClassificationRule&) const = default;
};

struct ClassificationRules {
  std::vector<VerbWords> verbs;
  std::vector<ObjectKind> objects;
  WordEntries success;  // words of a text that tell how it ended
  WordEntries failure;
  bool success_unless_said = false;       // else the outcome of what says neither is unknown
  WordEntries fillers;                    // words around an object that are none of it
  std::vector<ClassificationRule> rules;  // the first that matches wins

  bool operator==(const ClassificationRules&) const = default;
};

}  // namespace nsf
