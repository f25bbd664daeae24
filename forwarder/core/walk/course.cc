// SPDX-License-Identifier: Apache-2.0
// Choosing walks and moving the cursor.
#include "core/walk/course.h"

namespace nsf {

WalkPlan Course::Plan(WallSeconds tenant_now) const {
  if (settings_.window == WindowKind::kNone) {
    return {WalkKind::kList, {cursor_.first_start, tenant_now + settings_.windows.ahead}};
  }
  if (cursor_.closing()) return {WalkKind::kClosing, {cursor_.open, cursor_.closing_end}};
  return PlanWalk(cursor_.open, cursor_.span, edge_full_, tenant_now, settings_.windows);
}

bool Course::Begin(WallSeconds tenant_now, MonotonicTime now) {
  if (walk_) return true;
  const WalkPlan plan = Plan(tenant_now);
  // A window that can be closed is never kept waiting; what is open is walked once a poll.
  if (plan.kind != WalkKind::kClosing) {
    if (now < due_) return false;
    due_ = now + settings_.poll_interval;
  }
  if (plan.kind == WalkKind::kClosing) cursor_.closing_end = plan.window.end;
  walk_.emplace(plan, tenant_now, plan.kind == WalkKind::kEdge ? 0 : cursor_.skip);
  return true;
}

void Course::Absorbed(std::uint64_t rows) {
  if (walk_->plan().kind != WalkKind::kEdge) cursor_.skip = rows;
}

WalkEnd Course::End() {
  const Walk walk = *walk_;
  walk_.reset();
  const WalkKind kind = walk.plan().kind;
  if (kind == WalkKind::kEdge) {
    edge_full_ = walk.rows() >= settings_.page_size;
    cursor_.delivered_until = walk.begun();
    return {kind, walk.whole(), walk.begun()};
  }
  cursor_.skip = 0;
  if (kind == WalkKind::kList) {
    cursor_.delivered_until = walk.begun();
    return {kind, walk.whole(), walk.begun()};
  }
  edge_full_ = false;
  cursor_.open = walk.plan().window.end;
  cursor_.closing_end = cursor_.open;
  cursor_.span = NextSpan(cursor_.span, walk.rows(), settings_.page_size, settings_.windows);
  // The edge may have shown more already.
  if (!cursor_.delivered_until || *cursor_.delivered_until < cursor_.open) {
    cursor_.delivered_until = cursor_.open;
  }
  return {kind, walk.whole(), cursor_.open};
}

}  // namespace nsf
