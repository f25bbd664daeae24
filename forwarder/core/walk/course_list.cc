// SPDX-License-Identifier: Apache-2.0
// The course where no window is honoured: one walk through the list serves the edge, the window to
// be closed and all revisits that are due.
#include <algorithm>

#include "core/dialect/page_target.h"
#include "core/walk/course.h"

namespace nsf {
namespace {

// What an outage left is closed in windows of this length, so that its old part is done with while
// its young part is still revisited.
constexpr std::chrono::hours kLongestPart{1};
constexpr std::chrono::seconds kFirstPause{60};
constexpr std::chrono::seconds kLongestPause{3600};

std::chrono::seconds PauseAfter(std::uint32_t failures) {
  std::chrono::seconds pause = kFirstPause;
  for (std::uint32_t i = 2; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

}  // namespace

void Course::PushList(WallSeconds tenant_now, MonotonicTime now) {
  edge_due_ = now + settings_.poll_interval;
  list_begun_ = now;
  cursor_.closing_end = cursor_.open;  // of a window that was asked for, when windows were honoured
  cursor_.skip = 0;

  std::vector<ClosedWalk::Part> parts;
  WallSeconds reach = cursor_.open;
  if (now >= revisits_from_) {
    for (const Window& window : closed_.AllDue(tenant_now)) parts.push_back({window, {}});
  }
  list_revisits_ = !parts.empty();
  if (!parts.empty()) reach = std::min(reach, parts.front().window.start);
  // All rows pass by anyway: what is late is found at once.
  const bool ordered = cursor_.list_order.order() != ListOrder::kNeither;
  if (!ordered) reach = std::min(reach, closed_.kept_from());

  WallSeconds open = cursor_.open;
  const WalkPlan live =
      PlanWalk(open, std::chrono::seconds::max() / 2, edge_full_, tenant_now, settings_.windows);
  while (live.kind == WalkKind::kClosing && open < live.window.end) {
    const WallSeconds end = std::min<WallSeconds>(open + kLongestPart, live.window.end);
    parts.push_back({{open, end}, {}});
    open = end;
  }
  const WalkPlan plan{WalkKind::kList,
                      {reach, std::max(tenant_now, cursor_.open) + settings_.windows.ahead}};
  const ListTask task{BoundsAsked(plan.window).first,
                      cursor_.list_order,
                      cursor_.list_anchor,
                      BoundsAsked({open, open}).first,
                      tenant_now,
                      ties_move_,
                      largest_page_,
                      list_head_};
  walks_.push_back({Walk(plan, tenant_now, task), std::move(parts)});
}

void Course::EndList(const CourseWalk& ended, bool whole, WallSeconds tenant_now) {
  const ListWalk& list = *ended.walk.list();
  cursor_.list_order = list.seen();
  if (ended.walk.repeated_row()) ties_move_ = true;
  largest_page_ = list.largest();
  edge_full_ = ended.walk.rows() >= settings_.page_size;
  if (!whole) {
    // What was found is delivered; of what was not, nothing is known.
    if (++moved_lists_ == 1) edge_due_ = list_begun_;
    if (moved_lists_ > 1 && list_revisits_) {
      revisits_from_ = list_begun_ + PauseAfter(++moved_revisits_ + 1);
    }
    return;
  }
  moved_lists_ = 0;
  if (list_revisits_) moved_revisits_ = 0;
  cursor_.list_anchor = list.anchor();
  if (list.head()) list_head_ = list.head();
  closed_.Walked(
      {ended.parts, WalkProof::kWhole, std::nullopt, 0, 0, /*told_apart=*/true, ended.walk.begun()},
      tenant_now);
  if (!ended.parts.empty()) {
    cursor_.open = std::max(cursor_.open, ended.parts.back().window.end);
    cursor_.closing_end = cursor_.open;
  }
  Cover(ended.walk.begun());
}

}  // namespace nsf
