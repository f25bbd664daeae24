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

// Ids for the rows of one page, or of pages that go on from each other, that have none. Derived
// with SHA-256, because what stands in a row is partly chosen by whoever causes it, and nobody may
// hide an event behind the id of another.
class DerivedIds {
 public:
  // "sha256-<32 hex digits>-<ordinal>"; the ordinal counts equal rows in the order of their page.
  std::string Next(std::string_view row);
  // What Next() will return for it.
  std::string Peek(std::string_view row) const;
  // Where equal rows stand together, because a list is ordered: the second of the rows before
  // ended, and at a later page only rows since then still count.
  void EndSecond() { ++second_; }
  void KeepLastSecond();

 private:
  struct Equal {
    std::uint64_t count = 0;
    std::uint64_t second = 0;
  };
  std::map<std::string, Equal> seen_;
  std::uint64_t second_ = 0;
};

}  // namespace nsf
