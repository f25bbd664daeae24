// SPDX-License-Identifier: Apache-2.0
// Who an event is: its `_id`, or, for a row without one, a hash of its bytes and how many equal
// rows stand before it. Two identical rows without `_id` are two events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace nsf {

// 128 bits that stand for an event id in the ledger.
struct IdHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend auto operator<=>(const IdHash&, const IdHash&) = default;
};

// XXH3 of the id's text: ids are given by the tenant's servers, not by whoever causes an event.
IdHash HashId(std::string_view id);

// XXH3 of a row's bytes: tells that a known row came with other content.
std::uint64_t HashContent(std::string_view bytes);

// Ids for the rows of one page that have none. Derived with SHA-256, because what stands in a row
// is partly chosen by whoever causes it, and nobody may hide an event behind the id of another.
class DerivedIds {
 public:
  // "sha256-<32 hex digits>-<ordinal>"; the ordinal counts equal rows in the order of their page.
  std::string Next(std::string_view row);

 private:
  std::map<std::string, std::uint64_t> seen_;
};

}  // namespace nsf
