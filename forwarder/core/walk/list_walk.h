// SPDX-License-Identifier: Apache-2.0
// The way through a list that no window can cut: where to begin, which page is next, whether it
// joins the rows before it, and where the walk may end.
//
// Every page after the first is asked for one row early and must begin with rows that the page
// before ended with. In a list that is ordered by time a page also joins when it begins in a second
// that is behind the walk already; one that does not join is looked for further left. So rows that
// come in or leave are seen to move, and mostly mended. Where the rows of a second were seen to
// change places, pages are asked for as early as holds the whole second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "core/event/received_page.h"
#include "core/ledger/event_id.h"
#include "core/walk/list_order.h"

namespace nsf {

// What a list walk is to do.
struct ListTask {
  // Rows of this second and later are to be seen, all of them.
  WallSeconds floor;
  OrderSeen seen;
  // Oldest first: where to look first for a row that is older than `floor`. A hint.
  std::uint64_t anchor = 0;
  // The floor of the next walk, for which this one finds the anchor.
  WallSeconds next_floor;
  WallSeconds begun;        // the tenant's time; what becomes visible later is for the next walk
  bool ties_move = false;   // rows of one second were seen to change places
  std::size_t largest = 0;  // the most rows that a page has held so far
  // Newest first: the time at the head of an earlier walk. The head is never older.
  std::optional<WallSeconds> head = std::nullopt;
};

class ListWalk {
 public:
  explicit ListWalk(const ListTask& task);

  // The offset of the page to ask for; one at a time.
  std::uint64_t next() const { return next_; }
  bool ended() const { return ended_; }
  // After the end: every row of `floor` and later that was visible when the walk began was seen.
  bool whole() const { return ended_ && !moved_; }

  // Takes page next(), asked for with `limit`. Returns how many rows at its beginning are those
  // that the page before ended with; the others may be new.
  std::size_t Take(std::uint32_t limit, const ReceivedPage& page);
  // The last page taken goes on where the one before ended: a row on both, beyond the repeats,
  // moved.
  bool chained() const { return chained_; }
  // The last page taken only shows that the list goes on: all its rows come once more, on a page
  // that joins.
  bool set_aside() const { return set_aside_; }

  // Row `index` of the last page taken stands, in an ordered list, among rows older than the floor.
  bool IsOlder(std::size_t index) const { return older_from_ <= index && index < older_to_; }

  // Whatever was asked for, the same rows came.
  bool stuck() const { return ended_ && idle_ > kMostIdle; }

  const OrderSeen& seen() const { return task_.seen; }
  ListOrder order() const { return task_.seen.order(); }
  // The first time that the list's beginning showed.
  const std::optional<WallSeconds>& head() const { return head_; }
  // The offset of the last row that is older than the next walk's floor.
  std::uint64_t anchor() const { return anchor_; }
  // The most rows that a page held, in this walk or before.
  std::size_t largest() const { return largest_; }

 private:
  struct Row {
    IdHash bytes;
    std::optional<WallSeconds> time;  // by which its page is ordered

    friend bool operator==(const Row& a, const Row& b) { return a.bytes == b.bytes; }
  };
  // How a page joins the rows before it: it is the list's beginning, it repeats the last of them,
  // or it begins in a second before which all is seen.
  enum class Joint : std::uint8_t { kNone, kBegin, kRows, kTime };

  // Fewer neighbours may stand in an order by chance; where there are not more, the whole list is
  // walked, which costs little.
  static constexpr int kNeighboursOfAnOrder = 12;
  // Pages in a row that lie behind the walk: a burst pushed them there, or the offset is ignored.
  static constexpr int kMostIdle = 8;

  static std::vector<Row> Read(const ReceivedPage& page);
  // Looks at the neighbours of a page. True: they contradict the order that was believed.
  bool OrderFails(const std::vector<Row>& rows);
  Joint Join(const std::vector<Row>& rows, std::size_t* repeats) const;
  std::vector<std::size_t> Overlaps(const std::vector<Row>& rows) const;
  // `second` stands before `other` in the order of the list.
  bool Before(WallSeconds second, WallSeconds other) const;
  bool CanStepBack() const;
  void StepBack(std::uint32_t limit);
  void Accept(const std::vector<Row>& rows, std::size_t repeats, Joint joint, std::uint32_t limit);
  bool IsEnd(const std::vector<Row>& rows, std::size_t repeats, Joint joint, std::uint32_t limit);
  void Confirm(std::size_t rows, std::optional<std::uint64_t> total);
  bool EndsByTime(std::size_t rows, std::uint32_t limit) const;
  bool Knows(const Row& row) const;  // the last page holds it
  bool FloorReached() const;
  void NoteOlder(const std::vector<Row>& rows);
  void NoteAnchor(const std::vector<Row>& rows);
  void GiveUp() { moved_ = ended_ = true; }
  void Advance(std::uint64_t begin, const std::vector<Row>& rows);
  // Rows that `rows` ends with, from the last one that stands before the border's second on; 0:
  // there is none.
  std::size_t LastSecond(const std::vector<Row>& rows) const;

  ListTask task_;
  std::uint64_t anchor_;
  std::optional<WallSeconds> head_;
  std::uint64_t next_ = 0;
  // Rows before the end of the last page that next_ lies; 0: it is the end.
  std::size_t early_ = 0;
  bool confirming_ = false;  // nothing was shown behind the last row: next_ is the place after it
  bool ended_ = false;
  bool moved_ = false;
  bool chained_ = false;
  bool set_aside_ = false;
  std::size_t older_from_ = 0;
  std::size_t older_to_ = 0;
  OrderSeen shown_;                       // by the pages of this walk
  int neighbours_ = 0;                    // of these, of different times
  std::vector<Row> last_;                 // the page that the next one is to join; empty: none yet
  std::optional<WallSeconds> border_;     // before it, in the order of the list, all is seen
  std::uint64_t step_ = 0;                // left, when a page did not join; 0: none is looked for
  std::optional<WallSeconds> mended_at_;  // the border where one was looked for last
  // Rows early that pages are asked for: more where rows left the list while it was walked.
  std::size_t margin_ = 1;
  int idle_ = 0;           // pages in a row without progress
  std::set<IdHash> ends_;  // last rows of pages
  int bare_ends_ = 0;      // of these, short ones that only repeat
  std::size_t largest_;    // rows of a page
};

}  // namespace nsf
