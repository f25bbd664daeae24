// SPDX-License-Identifier: Apache-2.0
// The course of a stream: what to walk next, which page to ask for next, and where the cursor
// stands. It joins the plan of windows with the walks under way, of which the first one's rows are
// taken while pages of the next are asked for; rows move the cursor as they are taken into batches,
// so that a batch may end in the middle of a page.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "core/dialect/dialect.h"
#include "core/ledger/closed_windows.h"
#include "core/state/cursor.h"
#include "core/walk/walk.h"

namespace nsf {

struct CourseSettings {
  WindowKind window = WindowKind::kInsertion;
  std::optional<ListOrder> order;  // pinned
  WindowSettings windows;
  std::uint32_t page_size = 5000;
  std::chrono::milliseconds poll_interval{30'000};
};

// A walk, and the closed (or closing) windows inside it with what it counted there.
struct CourseWalk {
  Walk walk;
  std::vector<ClosedWalk::Part> parts;

  // The part that `second` lies in; null when it lies in none.
  Tally* TallyOf(WallSeconds second);
};

// A walk that ended.
struct WalkEnd {
  WalkKind kind = WalkKind::kEdge;
  bool whole = false;
  std::uint64_t rows = 0;
  std::size_t windows = 0;  // closed, or walked again
};

// Every event visible before it is delivered: as the walks really covered time, and no further than
// the first window that is not proven complete.
std::optional<WallSeconds> DeliveredUntil(const Cursor& cursor, const ClosedWindows& closed);

class Course {
 public:
  // `closed` outlives the course.
  Course(const CourseSettings& settings, const Cursor& cursor, ClosedWindows& closed)
      : settings_(settings), cursor_(cursor), closed_(closed) {
    cursor_.list_order.Add(OrderSeen::Pinned(settings.order));
  }

  // Begins a walk when none is under way and one is due. False: nothing to ask for before the time
  // that is returned with it.
  std::pair<bool, MonotonicTime> Begin(WallSeconds tenant_now, MonotonicTime now);
  bool walking() const { return !walks_.empty(); }
  // The edge is to be walked again: whatever is under way stands before new events.
  bool IsPollDue(MonotonicTime now) const { return now >= edge_due_; }
  // The walk whose rows are taken; only while walking().
  CourseWalk& current() { return walks_.front(); }
  const CourseWalk& current() const { return walks_.front(); }

  // The next page to ask for, in the order in which pages are needed; with `ahead`, also of the
  // windows after the current one.
  struct Ask {
    PageAsk page;
    Window window;
    bool is_revisit = false;  // closed windows are looked at again
  };
  std::optional<Ask> NextAsk(std::uint64_t ticket, std::uint32_t limit, const WalkLimits& limits,
                             bool ahead, WallSeconds tenant_now);
  // Pages under way or here, not taken yet, of all walks.
  std::size_t open_pages() const;
  // Answers, as of Walk.
  bool Receive(std::uint64_t ticket, ReceivedPage page);
  bool Fail(std::uint64_t ticket);
  // What page `ticket` was asked for with; absent when nobody waits for it.
  std::optional<PageAsk> AskOf(std::uint64_t ticket) const;
  // The window of page `ticket`, which somebody waits for.
  Window WindowOf(std::uint64_t ticket) const;
  // The tenant refuses page `ticket` for its depth: its walk ends with what was taken before it.
  void RefuseDepth(std::uint64_t ticket);

  // `rows` rows of the current walk, from its beginning, are in batches.
  void Absorbed(std::uint64_t rows);
  // The current walk ended and all its rows are in batches: moves the cursor past its window and
  // keeps the proof. `known_events`: in the ledger, of the seconds asked for.
  WalkEnd End(WallSeconds tenant_now, std::uint64_t known_events);
  // Gives all walks under way up; the next one begins where the cursor stands.
  void Abandon() { walks_.clear(); }

  // The deepest offset that the tenant has refused to answer, as learned: windows are kept smaller.
  void LearnDepth(std::uint64_t rows);
  // Rows were shown at an offset that was taken for too deep: it was another reason.
  void NoteDepth(std::uint64_t skip);

  const Cursor& cursor() const { return cursor_; }
  Cursor& cursor() { return cursor_; }

 private:
  std::optional<WalkPlan> Plan(WallSeconds tenant_now, MonotonicTime now) const;
  bool RevisitIsOverdue(WallSeconds tenant_now) const;
  std::optional<WalkPlan> PlanRevisit(WallSeconds tenant_now) const;
  // A piece of the past is walked, and `open` is its end.
  bool IsEnd(WallSeconds open) const;
  void Push(const WalkPlan& plan, WallSeconds tenant_now, std::uint64_t skip);
  bool PushAhead(WallSeconds tenant_now);
  void EndClosing(const CourseWalk& ended, bool whole);
  // Where no window is honoured (course_list.cc).
  void PushList(WallSeconds tenant_now, MonotonicTime now);
  void EndList(const CourseWalk& ended, bool whole, WallSeconds tenant_now);
  void Cover(WallSeconds until);

  CourseSettings settings_;
  Cursor cursor_;
  ClosedWindows& closed_;
  std::deque<CourseWalk> walks_;
  bool edge_full_ = false;
  WalkKind last_kind_ = WalkKind::kEdge;  // of the walk that ended last
  MonotonicTime edge_due_{};
  // Of list walks.
  std::uint32_t moved_lists_ = 0;         // in a row
  std::uint32_t moved_revisits_ = 0;      // of those that were to revisit closed windows too
  bool list_revisits_ = false;            // the one under way is
  bool ties_move_ = false;                // see ListTask
  std::size_t largest_page_ = 0;          // the same
  std::optional<WallSeconds> list_head_;  // the same
  MonotonicTime list_begun_{};
  MonotonicTime revisits_from_{};  // after such walks
};

}  // namespace nsf
