// SPDX-License-Identifier: Apache-2.0
// Where the values stand in a payload that is one line of JSON, CEF or LEEF; pure. The payload was
// written by this program's formatters or has passed its parser: what does not fit the syntax is
// not looked into.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nsf::syslog {

// Bytes [begin, end) of a payload.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

// Members of JSON, at any depth, in the order in which they can be done without: raw_data repeats
// the event, details is what a change was in full, supporting_data what it was about.
inline constexpr std::array<std::string_view, 3> kMissedLeast{"raw_data", "details",
                                                              "supporting_data"};

enum class Syntax { kJson, kCef, kLeef };

struct ScannedPayload {
  Syntax syntax = Syntax::kJson;
  // The texts of values, still escaped and without their quotes, in order. Keys, numbers and what
  // stands in a header are none.
  std::vector<Span> values;
  // Of JSON: what to erase, a comma included, to be rid of each of kMissedLeast; an empty span:
  // there is none.
  std::array<Span, kMissedLeast.size()> members;
  // What says that the payload was shortened, and where it is put in.
  std::string mark;
  std::size_t mark_at = 0;
};

// Absent for a payload of another kind or one that is cut off.
std::optional<ScannedPayload> ScanPayload(std::string_view payload);

// The length of what must stay whole at the beginning of `text`, which is not empty: a character,
// or an escape of the syntax (in JSON with the second half of a surrogate pair).
std::size_t UnitLength(Syntax syntax, std::string_view text);

}  // namespace nsf::syslog
