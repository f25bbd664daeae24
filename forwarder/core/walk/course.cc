// SPDX-License-Identifier: Apache-2.0
// Choosing walks and moving the cursor.
#include "core/walk/course.h"

#include <algorithm>

#include "core/dialect/page_target.h"

namespace nsf {
namespace {

// Windows of several pages cost fewer empty pages; of too many, they are walked anew too often.
constexpr std::uint64_t kPagesWanted = 4;
// Polls that a revisit waits for live windows. Where these leave no time, every other walk is one.
constexpr int kPatience = 8;

}  // namespace

Tally* CourseWalk::TallyOf(WallSeconds second) {
  const auto after = std::upper_bound(
      parts.begin(), parts.end(), second,
      [](WallSeconds s, const ClosedWalk::Part& part) { return s < part.window.end; });
  if (after == parts.end() || second < after->window.start) return nullptr;
  return &after->tally;
}

std::optional<WalkPlan> Course::Plan(WallSeconds tenant_now, MonotonicTime now) const {
  const bool edge_is_due = now >= edge_due_;
  if (cursor_.closing()) return WalkPlan{WalkKind::kClosing, {cursor_.open, cursor_.closing_end}};
  if (IsEnd(cursor_.open)) return PlanRevisit(tenant_now);
  const WalkPlan live =
      PlanWalk(cursor_.open, cursor_.span, edge_full_, tenant_now, settings_.windows);
  // What moved is walked again soon, also where windows without end wait to be closed.
  const auto incomplete = closed_.first_incomplete();
  const bool mend = incomplete && last_kind_ == WalkKind::kClosing;
  const bool live_is_due = live.kind == WalkKind::kClosing ? !mend : edge_is_due;
  if (live_is_due && !RevisitIsOverdue(tenant_now)) return live;
  if (const auto revisit = PlanRevisit(tenant_now)) return revisit;
  if (live.kind == WalkKind::kClosing) return live;
  return std::nullopt;
}

bool Course::RevisitIsOverdue(WallSeconds tenant_now) const {
  const auto due = closed_.next_due();
  return due && tenant_now - *due > kPatience * settings_.poll_interval &&
         last_kind_ != WalkKind::kRevisit;
}

std::optional<WalkPlan> Course::PlanRevisit(WallSeconds tenant_now) const {
  const std::vector<Window> due = closed_.Due(tenant_now);
  if (due.empty()) return std::nullopt;
  return WalkPlan{WalkKind::kRevisit, {due.front().start, due.back().end}};
}

bool Course::IsEnd(WallSeconds open) const {
  return settings_.windows.end && open >= *settings_.windows.end;
}

std::pair<bool, MonotonicTime> Course::Begin(WallSeconds tenant_now, MonotonicTime now) {
  if (walking()) return {true, now};
  if (settings_.window == WindowKind::kNone) {
    if (now < edge_due_) return {false, edge_due_};
    PushList(tenant_now, now);
    return {true, now};
  }
  const auto plan = Plan(tenant_now, now);
  if (!plan) {
    MonotonicTime wake = IsEnd(cursor_.open) ? MonotonicTime::max() : edge_due_;
    if (const auto due = closed_.next_due()) wake = std::min(wake, now + (*due - tenant_now));
    return {false, wake};
  }
  if (plan->kind == WalkKind::kEdge) edge_due_ = now + settings_.poll_interval;
  if (plan->kind == WalkKind::kClosing) cursor_.closing_end = plan->window.end;
  Push(*plan, tenant_now, plan->kind == WalkKind::kClosing ? cursor_.skip : 0);
  return {true, now};
}

void Course::Push(const WalkPlan& plan, WallSeconds tenant_now, std::uint64_t skip) {
  CourseWalk walk{Walk(plan, tenant_now, skip), {}};
  if (plan.kind == WalkKind::kClosing) walk.parts.push_back({plan.window, {}});
  if (plan.kind == WalkKind::kRevisit) {
    for (const Window& window : closed_.Due(tenant_now)) walk.parts.push_back({window, {}});
  }
  walks_.push_back(std::move(walk));
}

bool Course::PushAhead(WallSeconds tenant_now) {
  const WalkPlan& last = walks_.back().walk.plan();
  if (last.kind != WalkKind::kClosing || closed_.first_incomplete()) return false;
  if (IsEnd(last.window.end)) return false;
  const WalkPlan next =
      PlanWalk(last.window.end, cursor_.span, false, tenant_now, settings_.windows);
  if (next.kind != WalkKind::kClosing) return false;
  Push(next, tenant_now, 0);
  return true;
}

std::optional<Course::Ask> Course::NextAsk(std::uint64_t ticket, std::uint32_t limit,
                                           const WalkLimits& limits, bool ahead,
                                           WallSeconds tenant_now) {
  bool in_turn = true;  // whoever comes before needs nothing more
  for (CourseWalk& next : walks_) {
    Walk& walk = next.walk;
    if (!in_turn && !ahead) break;
    if (const auto ask = walk.NextAsk(ticket, limit, limits)) {
      return Ask{*ask, walk.plan().window, walk.plan().kind == WalkKind::kRevisit};
    }
    in_turn = in_turn && walk.asked_to_its_end();
  }
  if (!ahead || !walking() || !PushAhead(tenant_now)) return std::nullopt;
  Walk& walk = walks_.back().walk;
  return Ask{*walk.NextAsk(ticket, limit, limits), walk.plan().window, false};
}

std::size_t Course::open_pages() const {
  std::size_t pages = 0;
  for (const CourseWalk& walk : walks_) pages += walk.walk.open_pages();
  return pages;
}

bool Course::Receive(std::uint64_t ticket, ReceivedPage page) {
  for (CourseWalk& walk : walks_) {
    if (walk.walk.AskOf(ticket)) return walk.walk.Receive(ticket, std::move(page));
  }
  return false;
}

bool Course::Fail(std::uint64_t ticket) {
  return std::any_of(walks_.begin(), walks_.end(),
                     [ticket](CourseWalk& walk) { return walk.walk.Fail(ticket); });
}

std::optional<PageAsk> Course::AskOf(std::uint64_t ticket) const {
  for (const CourseWalk& walk : walks_) {
    if (const auto ask = walk.walk.AskOf(ticket)) return ask;
  }
  return std::nullopt;
}

Window Course::WindowOf(std::uint64_t ticket) const {
  const auto it = std::find_if(walks_.begin(), walks_.end(), [ticket](const CourseWalk& walk) {
    return walk.walk.AskOf(ticket).has_value();
  });
  return it->walk.plan().window;
}

void Course::RefuseDepth(std::uint64_t ticket) {
  for (CourseWalk& walk : walks_) {
    if (walk.walk.AskOf(ticket)) walk.walk.RefuseFrom(ticket);
  }
}

void Course::Absorbed(std::uint64_t rows) {
  if (current().walk.plan().kind == WalkKind::kClosing) cursor_.skip = rows;
}

WalkEnd Course::End(WallSeconds tenant_now, std::uint64_t known_events) {
  const CourseWalk ended = std::move(walks_.front());
  walks_.pop_front();
  const Walk& walk = ended.walk;
  const WalkKind kind = walk.plan().kind;
  last_kind_ = kind;
  bool whole = walk.proof() == WalkProof::kWhole;
  if (kind != WalkKind::kList && !ended.parts.empty()) {
    whole = closed_.Walked({ended.parts, walk.proof(), walk.total(), walk.rows(), known_events,
                            /*told_apart=*/false, walk.begun()},
                           tenant_now);
  }
  switch (kind) {
    case WalkKind::kClosing:
      EndClosing(ended, whole);
      break;
    case WalkKind::kEdge:
      edge_full_ = walk.rows() >= settings_.page_size;
      if (whole) Cover(walk.begun());
      break;
    case WalkKind::kList:
      EndList(ended, whole, tenant_now);
      break;
    case WalkKind::kRevisit:
      break;
  }
  return {kind, whole, walk.rows(), ended.parts.size()};
}

void Course::EndClosing(const CourseWalk& ended, bool whole) {
  const Walk& walk = ended.walk;
  edge_full_ = false;
  cursor_.skip = 0;
  cursor_.open = walk.plan().window.end;
  cursor_.closing_end = walking() ? current().walk.plan().window.end : cursor_.open;
  const std::uint64_t few = settings_.page_size * (whole ? kPagesWanted : 1);
  cursor_.span = NextSpan(cursor_.span, walk.rows(), std::min(few, cursor_.most_rows / 2),
                          cursor_.most_rows, settings_.windows);
  Cover(cursor_.open);
}

void Course::Cover(WallSeconds until) {
  // What is open may have been covered by a walk of the edge already.
  if (!cursor_.delivered_until || *cursor_.delivered_until < until) {
    cursor_.delivered_until = until;
  }
}

void Course::LearnDepth(std::uint64_t rows) {
  cursor_.most_rows = std::min(cursor_.most_rows, std::max<std::uint64_t>(rows, 1));
}

void Course::NoteDepth(std::uint64_t skip) {
  if (skip >= cursor_.most_rows) cursor_.most_rows = Cursor().most_rows;
}

std::optional<WallSeconds> DeliveredUntil(const Cursor& cursor, const ClosedWindows& closed) {
  const auto incomplete = closed.first_incomplete();
  if (!cursor.delivered_until || !incomplete) return cursor.delivered_until;
  return std::min(*cursor.delivered_until, *incomplete);
}

}  // namespace nsf
