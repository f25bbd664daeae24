// SPDX-License-Identifier: Apache-2.0
// Joining the pages of a list.
#include "core/walk/list_walk.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

template <typename Rows>
std::optional<WallSeconds> FirstTime(const Rows& begin, const Rows& end) {
  const auto it = std::find_if(begin, end, [](const auto& row) { return row.time.has_value(); });
  return it == end ? std::nullopt : it->time;
}

}  // namespace

ListWalk::ListWalk(const ListTask& task)
    : task_(task), anchor_(task.anchor), largest_(task.largest) {
  if (order() != ListOrder::kOldestFirst) return;
  next_ = task.anchor;
  border_ = task.floor;
}

std::vector<ListWalk::Row> ListWalk::Read(const ReceivedPage& page) {
  std::vector<Row> rows;
  rows.reserve(page.received());
  auto broken = page.broken.begin();
  const auto add_broken = [&] {
    for (; broken != page.broken.end() && broken->position == rows.size(); ++broken) {
      rows.push_back({HashId(broken->raw), std::nullopt});
    }
  };
  RowReader reader;
  std::vector<std::size_t> by_event;
  for (const RawRow& row : page.page.rows()) {
    add_broken();
    const AuditEvent event = Normalize(reader.Read(row));
    if (!event.insertion) by_event.push_back(rows.size());
    rows.push_back({HashId(row.raw), ListTime(event)});
  }
  add_broken();
  // Among rows that show when they were inserted, another time tells nothing of the order.
  if (by_event.size() < page.page.rows().size()) {
    for (const std::size_t at : by_event) rows[at].time.reset();
  }
  return rows;
}

bool ListWalk::OrderFails(const std::vector<Row>& rows) {
  const ListOrder before = order();
  std::optional<WallSeconds> last;
  for (const Row& row : rows) {
    if (last && row.time) shown_.Add(*last, *row.time);
    if (last && row.time && *last != *row.time) ++neighbours_;
    if (row.time) last = row.time;
  }
  const bool fails = shown_.ascending && shown_.descending;
  if (before != ListOrder::kNeither || fails || neighbours_ >= kNeighboursOfAnOrder) {
    task_.seen.Add(shown_);
  }
  if (next_ == 0) head_ = FirstTime(rows.begin(), rows.end());
  // What stood at the head stands behind a row that is older now.
  const bool newest_first = before == ListOrder::kNewestFirst;
  if (newest_first && next_ == 0 && head_ && task_.head && *head_ < *task_.head) {
    task_.seen.Add(*head_, *task_.head);
  }
  return before != ListOrder::kNeither && order() != before;
}

std::size_t ListWalk::Take(std::uint32_t limit, const ReceivedPage& page) {
  const std::vector<Row> rows = Read(page);
  std::size_t repeats = 0;
  chained_ = set_aside_ = false;
  older_from_ = older_to_ = 0;
  // What was skipped for its place in an order that is none was skipped wrongly.
  if (OrderFails(rows)) {
    GiveUp();
    return 0;
  }
  if (std::exchange(confirming_, false)) {
    Confirm(rows.size(), page.page.total());
    set_aside_ = !ended_;
    return set_aside_ ? rows.size() : 0;
  }
  NoteOlder(rows);
  const Joint joint = Join(rows, &repeats);
  if (joint == Joint::kNone && CanStepBack()) {
    StepBack(limit);
    return 0;
  }
  if (joint == Joint::kNone) moved_ = true;
  chained_ = joint == Joint::kRows;
  const std::uint64_t end = next_ + rows.size();
  Accept(rows, repeats, joint, limit);
  if (ended_ && !rows.empty() && !EndsByTime(rows.size(), limit) && page.page.total() != end) {
    // A page may be short, or the tenant goes no deeper: what is behind the last row is asked for.
    ended_ = false;
    confirming_ = true;
    next_ = end;
  } else if (ended_ && !FloorReached() && page.page.total().value_or(0) > end) {
    moved_ = true;
  }
  return repeats;
}

void ListWalk::Confirm(std::size_t rows, std::optional<std::uint64_t> total) {
  if (rows > 0) {
    // The page before was a short one.
    early_ = 1;
    --next_;
    bare_ends_ = 0;
    if (++idle_ > kMostIdle) GiveUp();
    return;
  }
  ended_ = true;
  // Rows are stated behind the last one and not shown.
  if (total.value_or(0) > next_) moved_ = true;
}

ListWalk::Joint ListWalk::Join(const std::vector<Row>& rows, std::size_t* repeats) const {
  if (next_ == 0) return Joint::kBegin;
  const bool after_a_row_alone = step_ == 0 && early_ == 0 && !last_.empty();
  if (rows.empty()) return after_a_row_alone ? Joint::kRows : Joint::kNone;
  const auto first = FirstTime(rows.begin(), rows.end());
  const bool ordered = order() != ListOrder::kNeither;
  const bool by_time = ordered && first && border_ && Before(*first, *border_);
  if (by_time && task_.ties_move) return Joint::kTime;
  if (step_ > 0) return by_time ? Joint::kTime : Joint::kNone;
  const std::vector<std::size_t> overlaps = Overlaps(rows);
  // Equal rows fit in more than one way, and rows that change places by chance: what their second
  // holds is better seen on one page.
  const bool clear = overlaps.size() == 1 && !task_.ties_move;
  if (clear || (!overlaps.empty() && !CanStepBack())) {
    const bool as_asked = std::find(overlaps.begin(), overlaps.end(), early_) != overlaps.end();
    *repeats = as_asked ? early_ : overlaps.front();
    return Joint::kRows;
  }
  return by_time ? Joint::kTime : Joint::kNone;
}

std::vector<std::size_t> ListWalk::Overlaps(const std::vector<Row>& rows) const {
  std::vector<std::size_t> lengths;
  for (std::size_t length = 1; length <= std::min(rows.size(), last_.size()); ++length) {
    const auto from = last_.end() - static_cast<std::ptrdiff_t>(length);
    if (std::equal(from, last_.end(), rows.begin())) lengths.push_back(length);
  }
  return lengths;
}

bool ListWalk::Before(WallSeconds second, WallSeconds other) const {
  return order() == ListOrder::kOldestFirst ? second < other : second > other;
}

bool ListWalk::CanStepBack() const {
  if (next_ == 0 || order() == ListOrder::kNeither || !border_) return false;
  const bool looking = step_ > 0 || last_.empty();
  return looking || mended_at_ != border_;
}

void ListWalk::StepBack(std::uint32_t limit) {
  if (!last_.empty()) {
    mended_at_ = border_;
    margin_ = std::max<std::size_t>(margin_, limit / 4);
  }
  const std::size_t second = step_ == 0 ? LastSecond(last_) : 0;
  if (second > early_) {
    step_ = 1;
    next_ -= std::min<std::uint64_t>(next_, second - early_);
    early_ = second;
  } else {
    step_ = std::max<std::uint64_t>(step_ * 2, limit);
    next_ -= std::min(next_, step_);
    early_ = 0;
  }
}

std::size_t ListWalk::LastSecond(const std::vector<Row>& rows) const {
  if (order() == ListOrder::kNeither || !border_) return 0;
  const auto before = std::find_if(rows.rbegin(), rows.rend(), [this](const Row& row) {
    return row.time && Before(*row.time, *border_);
  });
  return before == rows.rend() ? 0 : static_cast<std::size_t>(before - rows.rbegin()) + 1;
}

void ListWalk::Accept(const std::vector<Row>& rows, std::size_t repeats, Joint joint,
                      std::uint32_t limit) {
  NoteAnchor(rows);
  const auto last_time = FirstTime(rows.rbegin(), rows.rend());
  const bool further = last_time && (!border_ || Before(*border_, *last_time));
  if (further) border_ = last_time;
  // Ties that change places end the same page with another row each time.
  const bool news = !rows.empty() && ends_.insert(rows.back().bytes).second && !Knows(rows.back());
  idle_ = further || news ? 0 : idle_ + 1;
  ended_ = IsEnd(rows, repeats, joint, limit);
  // Whatever is asked for, the same rows come.
  if (!ended_ && idle_ > kMostIdle) GiveUp();
  largest_ = std::max(largest_, rows.size());
  Advance(next_, rows);
  last_ = rows;
  step_ = 0;
}

void ListWalk::Advance(std::uint64_t begin, const std::vector<Row>& rows) {
  const std::size_t second = task_.ties_move ? LastSecond(rows) : 0;
  const std::size_t others = rows.empty() ? 0 : rows.size() - 1;
  early_ = std::max({std::size_t{1}, second, std::min(margin_, others)});
  // What is no further than this page would be the same place again.
  if (early_ >= rows.size()) early_ = rows.size() > 1 ? 1 : 0;
  next_ = begin + rows.size() - early_;
}

bool ListWalk::IsEnd(const std::vector<Row>& rows, std::size_t repeats, Joint joint,
                     std::uint32_t limit) {
  if (rows.empty() || EndsByTime(rows.size(), limit)) return true;
  const bool all_known =
      joint == Joint::kRows
          ? repeats == rows.size()
          : joint != Joint::kNone && std::all_of(rows.rbegin(), rows.rend(),
                                                 [this](const Row& row) { return Knows(row); });
  // More rows were asked for than those that are known, and nothing stands behind them.
  if (all_known && rows.size() == early_ && limit > early_) return true;
  if (early_ == 1 && rows.size() == 1 && limit > 1) return true;
  // Rows that came in at the head move the last one away from where it is asked for.
  const bool nothing_behind =
      all_known && early_ > 0 && rows.size() < std::min<std::size_t>(limit, largest_);
  bare_ends_ = nothing_behind ? bare_ends_ + 1 : 0;
  return bare_ends_ > 1;
}

bool ListWalk::Knows(const Row& row) const {
  return std::find(last_.begin(), last_.end(), row) != last_.end();
}

bool ListWalk::EndsByTime(std::size_t rows, std::uint32_t limit) const {
  if (FloorReached()) return true;
  // Rows are appended as fast as pages come; what the walk is for stands before these. Rows dated
  // ahead may stand behind a page that is short because the tenant clamps.
  const bool past_begin = order() == ListOrder::kOldestFirst && border_ && *border_ > task_.begun;
  return past_begin && rows < std::min<std::size_t>(limit, largest_);
}

bool ListWalk::FloorReached() const {
  return order() == ListOrder::kNewestFirst && border_ && *border_ < task_.floor;
}

void ListWalk::NoteOlder(const std::vector<Row>& rows) {
  const auto is_older = [this](const Row& row) { return row.time && *row.time < task_.floor; };
  const auto at = [](auto distance) { return static_cast<std::size_t>(distance); };
  if (order() == ListOrder::kOldestFirst) {
    older_to_ = at(rows.rend() - std::find_if(rows.rbegin(), rows.rend(), is_older));
  } else if (order() == ListOrder::kNewestFirst) {
    older_from_ = at(std::find_if(rows.begin(), rows.end(), is_older) - rows.begin());
    older_to_ = rows.size();
  }
}

void ListWalk::NoteAnchor(const std::vector<Row>& rows) {
  if (order() != ListOrder::kOldestFirst) return;
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (!rows[i].time || *rows[i].time >= task_.next_floor) continue;
    anchor_ = next_ + i;
    return;
  }
}

}  // namespace nsf
