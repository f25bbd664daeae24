// SPDX-License-Identifier: Apache-2.0
// The rows of the page that was taken last, by id: what of a page that is shown again was taken
// before.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "core/ledger/event_id.h"

namespace nsf {

class ShownRows {
 public:
  struct Row {
    IdHash id;
    bool is_derived = false;  // made of the row's bytes
  };

  // A row that a batch of an earlier life held.
  void Load(const IdHash& id) { ids_.insert(id); }

  struct Compared {
    bool is_same_page = false;  // as the one that was taken last, in parts at least
    std::vector<bool> known;    // of each row: taken before, or standing on this page already
  };

  // The rows of a page, which from now on is the one that was taken last. `may_be_shown_again`: it
  // is the same page, or one that was never seen; else it is one that was never seen. Rows without
  // an id can look like those of another page: where only such were taken, it is the same one when
  // it has all of them, and `same_mark`.
  Compared Take(std::span<const Row> rows, bool may_be_shown_again, bool same_mark);

 private:
  bool IsSamePage(std::span<const Row> rows, bool same_mark) const;

  std::set<IdHash> ids_;
};

// The ids of a page, in any order: tells one page from another.
class PagePrint {
 public:
  void Add(const IdHash& id) {
    sum_ += id.low;
    ++rows_;
  }
  friend bool operator==(const PagePrint&, const PagePrint&) = default;

 private:
  std::uint64_t sum_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace nsf
