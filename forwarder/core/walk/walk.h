// SPDX-License-Identifier: Apache-2.0
// One walk: a window turned page by page to its end, with several pages asked for at a time and
// taken in order; or a list, where each page shows where the next one is to be found (list_walk.h).
//
// `skip` advances by rows received, never by the limit asked: a tenant may clamp, and a page that
// does not begin where the rows received end is thrown away and asked for again. Only an empty page
// ends the walk of a closing window; the stated total may end an edge walk where totals have proved
// true, because what it misses the next walk finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/event/received_page.h"
#include "core/ledger/window_record.h"
#include "core/walk/list_walk.h"
#include "core/walk/window_plan.h"

namespace nsf {

// What a page must be asked for with.
struct PageAsk {
  std::uint64_t ticket = 0;
  std::uint64_t skip = 0;
  std::uint32_t limit = 0;
};

struct WalkLimits {
  std::uint32_t clamp = UINT32_MAX;  // the most rows that the tenant puts into a page, as learned
  std::uint64_t totals_true = 0;     // totals below this have proved true: one may be capped
  bool totals_lie = false;           // the last one stated rows that were not shown
  bool totals_are_false = false;     // one was, for certain
  bool one_page = false;             // no parameter turns the page: the first one is all there is
  std::uint32_t largest = 0;         // the most rows that a page has held so far
};

class Walk {
 public:
  // `skip` > 0: a closing walk resumed after a restart.
  Walk(const WalkPlan& plan, WallSeconds begun, std::uint64_t skip = 0)
      : plan_(plan), begun_(begun), skip_(skip), resumed_(skip > 0) {}
  // Through a list that no window cuts.
  Walk(const WalkPlan& plan, WallSeconds begun, const ListTask& task)
      : plan_(plan), begun_(begun), skip_(0), resumed_(false), list_(task) {}

  const WalkPlan& plan() const { return plan_; }
  // The tenant's time when the walk began: what was visible then has been seen when it ends.
  WallSeconds begun() const { return begun_; }
  // The way through the list; null where a window is walked.
  const ListWalk* list() const { return list_ ? &*list_ : nullptr; }
  // Rows taken so far, those before a restart included; of a list, without those that a page
  // repeats.
  std::uint64_t rows() const { return skip_; }
  std::uint64_t pages() const { return pages_; }
  // Every page that there is was taken.
  bool ended() const { return ended_ || (cut_off_ && slots_.empty()); }

  // The next page to ask for. Absent: all that is known to be worth asking for is asked for.
  std::optional<PageAsk> NextAsk(std::uint64_t ticket, std::uint32_t limit,
                                 const WalkLimits& limits);
  // The page that is taken next is under way or here.
  bool next_is_open() const { return !slots_.empty() && slots_.front().asked; }
  // Pages under way or here, not taken yet.
  std::size_t open_pages() const;
  // All pages up to the end that its total states are under way or here.
  bool asked_to_its_end() const;

  // What page `ticket` was asked for with; absent when nobody waits for it.
  std::optional<PageAsk> AskOf(std::uint64_t ticket) const;
  // The answer to `ticket` is a page. False: nobody waits for it any more.
  bool Receive(std::uint64_t ticket, ReceivedPage page);
  // It is none: the page is asked for again. False as above.
  bool Fail(std::uint64_t ticket);

  // The next page in order is here.
  bool HasNext() const { return !slots_.empty() && slots_.front().page.has_value(); }
  const ReceivedPage& Next() const { return *slots_.front().page; }
  struct Taken {
    ReceivedPage page;
    std::uint64_t first_skip = 0;  // of its first row
    std::uint32_t limit = 0;       // as asked
    std::size_t repeats = 0;       // rows at its beginning that end the page before
  };
  // Takes it; see ended() afterwards. `limits` as for NextAsk().
  Taken TakeNext(const WalkLimits& limits);

  // A row cannot be told from another: the walk proves nothing.
  void NoteRepeatedRow() { repeated_row_ = true; }
  // So many rows of the last page taken were on an earlier page of this walk too. They prove
  // nothing either, but at the edge, where new rows push others back: the walk is whole all the
  // same when the first page held as many rows as it stated, and the others nothing but these, with
  // totals that grew by as many and are not known to be false.
  void NoteRowsAgain(std::uint64_t rows) { again_ += rows; }
  bool repeated_row() const { return repeated_row_ || again_ > 0; }
  // The last page taken of a window held less than half as many rows as the first one, though as
  // many were asked for: it is not the first one once more.
  bool last_was_small() const { return last_was_small_; }
  // The last page taken shows hardly anything but rows of earlier ones. It is the end, where rows
  // were pushed back as above; else the walk stops, unproven.
  void EndWithRowsAgain();
  // The tenant refuses page `ticket` for its depth: the walk ends with the pages before it,
  // unproven.
  void RefuseFrom(std::uint64_t ticket);

  // The walk ends with what was taken, unproven.
  void Stop();

  // After the end.
  WalkProof proof() const;
  std::optional<std::uint64_t> total() const { return total_; }
  // The tenant stated more rows than it showed.
  bool ended_short() const { return total_ && skip_ < *total_; }
  // Full pages, then an empty one below the total: the tenant goes no deeper.
  bool stopped_deep() const { return ended_ && pages_ > 0 && last_was_full_ && ended_short(); }

  // No second page could be asked for, and the first one was full: there may be more.
  bool one_page_is_full() const { return one_page_full_; }

  // A page held more than it stated, or one that was not full all there is, and stated another
  // total.
  bool misstated() const {
    if (!ended_ || resumed_ || pages_ != 1 || !total_) return false;
    return last_was_full_ ? *total_ < skip_ : *total_ != skip_;
  }

 private:
  struct Slot {
    PageAsk ask;
    bool asked = false;  // under way or here
    std::optional<ReceivedPage> page;
  };

  // The page that waits for the answer to `ticket`, as an index; size() when none does.
  std::size_t Find(std::uint64_t ticket) const;
  bool WorthAsking(std::uint64_t skip, const WalkLimits& limits) const;
  // By the first page, as soon as it is here.
  std::optional<std::uint64_t> StatedTotal() const;
  bool EndsWith(const ReceivedPage& page, const WalkLimits& limits) const;
  // Behind the first page there was nothing but its own rows, pushed back by new ones.
  bool OnlyPushedBack() const;
  // The total says where an edge walk ends.
  bool TotalEnds(const WalkLimits& limits) const {
    return plan_.kind == WalkKind::kEdge && total_ && *total_ < limits.totals_true;
  }
  void TakeOfList(Taken* taken);
  WalkPlan plan_;
  WallSeconds begun_;
  std::uint64_t skip_;
  bool resumed_;
  std::optional<ListWalk> list_;
  bool ended_ = false;
  bool one_by_one_ = false;  // a page did not fit: looking ahead only wastes requests
  bool cut_off_ = false;
  bool repeated_row_ = false;
  bool one_page_ = false;
  bool one_page_full_ = false;
  std::deque<Slot> slots_;
  std::uint64_t pages_ = 0;  // with rows
  std::optional<std::uint64_t> total_;
  bool one_total_ = true;  // every page so far stated the same one
  std::optional<std::uint64_t> last_total_;
  bool totals_are_false_ = false;
  bool total_fell_ = false;       // a page stated less than the one before, or nothing
  std::uint64_t again_ = 0;       // rows that came again
  std::uint64_t first_rows_ = 0;  // of the first page
  bool last_was_small_ = false;
  bool last_was_full_ = false;  // the last page with rows held as many as asked for
};

}  // namespace nsf
