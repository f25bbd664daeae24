// SPDX-License-Identifier: Apache-2.0
// Turning pages.
#include "core/walk/walk.h"

namespace nsf {

WalkStep Walk::Take(const PageFacts& page) {
  if (pages_ == 0) {
    total_ = page.total;
  } else if (page.total != total_) {
    one_total_ = false;
  }
  if (page.rows == 0) return WalkStep::kEnd;

  const bool repeated = pages_ > 0 && page.rows == last_rows_ && page.first_row == first_row_ &&
                        page.last_row == last_row_;
  if (repeated) return WalkStep::kRepeated;

  ++pages_;
  skip_ += page.rows;
  last_rows_ = page.rows;
  first_row_ = page.first_row;
  last_row_ = page.last_row;

  if (plan_.kind != WalkKind::kEdge) return WalkStep::kMore;
  const bool total_reached = page.total && skip_ >= *page.total;
  const bool short_page = !page.total && page.rows < page.limit;
  return total_reached || short_page ? WalkStep::kEnd : WalkStep::kMore;
}

bool Walk::whole() const {
  if (resumed_) return false;
  if (pages_ <= 1) return true;
  return total_ && one_total_ && *total_ == skip_;
}

}  // namespace nsf
