// SPDX-License-Identifier: Apache-2.0
// Getting on in a list.
#include "core/identity/scim_walk.h"

namespace nsf {

ScimWalk::Step ScimWalk::Take(std::uint64_t received, std::optional<std::uint64_t> total,
                              std::string_view first) {
  if (total_ && total && *total != *total_) moved_ = true;
  if (total) total_ = total;
  if (total_ && *total_ > kMostResources) return Step::kTooMany;
  const std::uint64_t before = start_index_ - 1;
  if (received == 0) {
    if (total_ && before < *total_) moved_ = true;
    return Step::kEnded;
  }
  if (start_index_ > 1 && !first.empty() && first == first_) return Step::kStuck;
  first_ = first;
  const bool short_page = received < count_;
  start_index_ += received;
  if (start_index_ - 1 > kMostResources) return Step::kTooMany;
  // Without a total a short page is the last one.
  const bool ended = total_ ? start_index_ - 1 >= *total_ : short_page;
  return ended ? Step::kEnded : Step::kMore;
}

bool ScimWalk::Shrink() {
  if (count_ <= 1) return false;
  count_ /= 2;
  return true;
}

}  // namespace nsf
