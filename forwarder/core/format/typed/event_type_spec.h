// SPDX-License-Identifier: Apache-2.0
// What the file of event types says, as values: share/event-types.yaml is that file, and
// docs/EVENT-TYPES.md describes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nsf {

// A word of the tenant's, and what OCSF calls it.
struct TypedWord {
  std::string text;  // in lower case
  std::uint32_t id = 0;
  std::string caption;

  bool operator==(const TypedWord&) const = default;
};

using TypedWords = std::vector<TypedWord>;

// What a value must be to stand in its place.
enum class ValueAs : std::uint8_t {
  kText,     // a text or a number
  kUser,     // a text: someone's name
  kHost,     // a text: a machine's name
  kUrl,      // a text: an address of the web, with or without its scheme
  kMethod,   // of HTTP, one of those that OCSF knows
  kEmail,    // a mail address, as OCSF takes it
  kAddress,  // an IPv4 or IPv6 address
  kPort,     // 0 … 65535
  kInteger,  // a whole number of 64 bits, with its sign
  kCount,    // such a number above 1: how often something happened
  kTime,     // seconds since the epoch, of this century; milliseconds go out
  kWord,     // one of the words, or any other text as OCSF's 99, Other
};

// One value and its places. Exactly one of `from` and `constant` is set.
struct TypedField {
  std::vector<std::string> from;  // members, and "@name": see Derived
  ValueAs as = ValueAs::kText;
  TypedWords words;
  std::string constant;   // as JSON
  bool follows = false;   // in JSON: only where the object around it has something else
  bool alone = false;     // in JSON: only where nothing else names the object around it
  bool is_actor = false;  // names who did it, who is filtered by and looked up
  // Empty: the format has no place for it. JSON paths are names joined by '.'; one that ends in
  // "[]" is a list of one.
  std::string ocsf;
  std::string ecs;
  std::string cef;
  std::string cef_label;  // of a custom key
  std::string leef;

  bool operator==(const TypedField&) const = default;
};

// Where a word comes from, and what is said without one.
struct TypedChoice {
  std::vector<std::string> from;
  TypedWords words;
  TypedWord otherwise;

  bool operator==(const TypedChoice&) const = default;
};

enum class TypedWindow : std::uint8_t { kInsertion, kEvent };

struct EventTypeSpec {
  std::string name;             // as in the configuration
  std::string path;             // of the API
  std::uint32_t page_size = 0;  // rows, at most
  std::vector<TypedWindow> windows;
  std::uint32_t class_uid = 0;
  std::string class_name;
  std::uint32_t category_uid = 0;
  std::string category_name;
  std::string category;  // in headers: "ALERT"
  std::string caption;   // what such an event is called that says nothing of itself
  std::vector<std::string> message;
  std::vector<std::string> severity;
  TypedChoice activity;
  TypedChoice outcome;  // 1 success, 2 failure
  std::vector<TypedField> fields;

  bool operator==(const EventTypeSpec&) const = default;
};

}  // namespace nsf
