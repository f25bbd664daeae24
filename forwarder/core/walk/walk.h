// SPDX-License-Identifier: Apache-2.0
// One walk: a window (or the whole list) turned page by page to its end.
//
// `skip` advances by rows received, never by the limit asked: a tenant may clamp. Only an empty
// page ends the walk of a closing window; a short page, or the stated total, may end an edge walk,
// because what it misses the next walk finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/walk/window_plan.h"

namespace nsf {

// What a walk needs to know of a page.
struct PageFacts {
  std::size_t rows = 0;
  std::uint32_t limit = 0;             // as asked
  std::optional<std::uint64_t> total;  // as stated
  std::uint64_t first_row = 0;         // hash of the first row's bytes
  std::uint64_t last_row = 0;          // hash of the last row's bytes
};

enum class WalkStep : std::uint8_t {
  kMore,      // ask for the next page
  kEnd,       // the walk is over
  kRepeated,  // the page before came again: the tenant ignores the page parameter
};

class Walk {
 public:
  // `skip` > 0: a closing walk resumed after a restart.
  Walk(WalkPlan plan, WallSeconds begun, std::uint64_t skip = 0)
      : plan_(plan), begun_(begun), skip_(skip), resumed_(skip > 0) {}

  // The next page's first row.
  std::uint64_t skip() const { return skip_; }
  const WalkPlan& plan() const { return plan_; }
  // The tenant's time when the walk began: what was visible then has been seen when it ends.
  WallSeconds begun() const { return begun_; }
  // Rows received so far, those before a restart included.
  std::uint64_t rows() const { return skip_; }

  WalkStep Take(const PageFacts& page);

  // After kEnd: the walk held everything that the window holds. True when one page and the empty
  // one after it held it all, or when every page stated the same total and the rows received equal
  // it. A resumed walk never is whole.
  bool whole() const;

 private:
  WalkPlan plan_;
  WallSeconds begun_;
  std::uint64_t skip_;
  bool resumed_;
  std::uint64_t pages_ = 0;
  std::optional<std::uint64_t> total_;
  bool one_total_ = true;  // every page so far stated the same one
  std::uint64_t first_row_ = 0;
  std::uint64_t last_row_ = 0;
  std::size_t last_rows_ = 0;
};

}  // namespace nsf
