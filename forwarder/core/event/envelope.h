// SPDX-License-Identifier: Apache-2.0
// What stands around the list of rows: an error in a 200, the server's words, the total. Every
// place these were seen in the field is a row of a table in envelope.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/event/row.h"

namespace nsf {

class Envelope {
 public:
  // A scalar outside the list of rows: the member `key` of the outermost object or, when `inner` is
  // set, something in it (`in_list`: in a list there).
  void Take(std::string_view key, std::string_view inner, bool in_list, FieldType type,
            std::string_view text);

  // The tenant says that this is no answer but an error.
  bool is_error() const { return is_error_; }
  std::optional<std::uint64_t> total() const;
  // Of an iterator's page: so many seconds to wait before the next, and up to when rows were shown.
  // Absent when not stated or not a number.
  std::optional<std::uint64_t> wait_time() const { return wait_time_; }
  std::optional<std::uint64_t> high_water() const { return high_water_; }
  // The server's own words, fit for a log: at most 200 characters, without control characters.
  std::string Message() const;

 private:
  static constexpr std::size_t kMessageRanks = 7;
  static constexpr std::size_t kTotalRanks = 6;

  bool is_error_ = false;
  std::array<std::string, kMessageRanks> messages_;  // by rank, cut
  std::array<std::optional<std::uint64_t>, kTotalRanks> totals_;
  std::optional<std::uint64_t> wait_time_;
  std::optional<std::uint64_t> high_water_;
};

// At most `max_characters` of `text`: control characters become spaces, bytes that are not UTF-8
// U+FFFD.
std::string Printable(std::string_view text, std::size_t max_characters);

}  // namespace nsf
