// SPDX-License-Identifier: Apache-2.0
// Where a stream that reads an iterator is: what moves only with, or after, an acknowledged
// delivery. The cursor itself lies with the tenant, under the name of an index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

struct IteratorPlace {
  // Of an index that the configuration names, a hash of the name; else the number that is its name.
  bool is_named = false;
  std::uint64_t index = 0;
  WallSeconds begin;                           // the epoch that the index is, or was, set to
  bool begun = false;                          // rows of a page of it are committed
  std::optional<std::int64_t> mark;            // the high-water mark of the page whose ids are kept
  std::optional<WallSeconds> delivered_until;  // the high-water mark of the pages committed whole
  // Chunks of ids of the page that was taken last: [first_chunk, next_chunk).
  std::uint64_t first_chunk = 0;
  std::uint64_t next_chunk = 0;

  friend bool operator==(const IteratorPlace&, const IteratorPlace&) = default;
};

// One line of text: a version, then name=value pairs in a fixed order; epoch seconds.
std::string EncodeIteratorPlace(const IteratorPlace& place);
// Fails with kStop for a newer version (the message says so) and for damage.
Result<IteratorPlace> DecodeIteratorPlace(std::string_view text);

// The place of a stream without state that begins at `begin`. `configured` is the index of the
// configuration; empty: `drawn`, of which 48 bits are used, is its name.
IteratorPlace FirstPlace(std::string_view configured, std::uint64_t drawn, WallSeconds begin);

// What the tenant is told: `configured`, or the name made of the number.
std::string IndexName(const IteratorPlace& place, std::string_view configured);

// The configuration names another index than the place does. (None named: any place will do that
// has a number for a name.)
bool HasAnotherIndex(const IteratorPlace& place, std::string_view configured);

}  // namespace nsf
