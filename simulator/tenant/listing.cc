// SPDX-License-Identifier: Apache-2.0
// Cuts pages: newest first, oldest first, in no order, with ties that keep or change their places.
#include "tenant/listing.h"

#include <algorithm>

#include "tenant/random.h"

namespace nsf_simulator {
namespace {

void SortAtRandom(std::uint64_t salt, std::span<EventNumber> numbers) {
  std::sort(numbers.begin(), numbers.end(),
            [salt](EventNumber a, EventNumber b) { return Scatter(salt, a) < Scatter(salt, b); });
}

class Listing {
 public:
  Listing(const History& history, std::span<const EventNumber> selected, Order order)
      : history_(history), selected_(selected), newest_first_(order == Order::kNewest) {}

  EventNumber at(std::size_t place) const {
    return selected_[newest_first_ ? selected_.size() - 1 - place : place];
  }

  std::vector<EventNumber> Cut(std::size_t begin, std::size_t end) const {
    std::vector<EventNumber> page;
    page.reserve(end - begin);
    for (std::size_t place = begin; place < end; ++place) page.push_back(at(place));
    return page;
  }

  // As Cut, but each second that reaches into the page is shuffled as a whole, so that its rows
  // move across the borders of pages.
  std::vector<EventNumber> CutShuffled(std::size_t begin, std::size_t end,
                                       std::uint64_t salt) const {
    std::size_t from = begin;
    std::size_t to = end;
    while (from > 0 && SameSecond(from - 1, begin)) --from;
    while (to < selected_.size() && SameSecond(to, end - 1)) ++to;
    std::vector<EventNumber> wide = Cut(from, to);
    for (std::size_t first = 0; first < wide.size();) {
      std::size_t last = first + 1;
      while (last < wide.size() && SameSecond(from + first, from + last)) ++last;
      SortAtRandom(salt, std::span(wide).subspan(first, last - first));
      first = last;
    }
    const auto at_begin = wide.begin() + static_cast<std::ptrdiff_t>(begin - from);
    return {at_begin, at_begin + static_cast<std::ptrdiff_t>(end - begin)};
  }

 private:
  bool SameSecond(std::size_t a, std::size_t b) const {
    return history_.SortTime(at(a)) == history_.SortTime(at(b));
  }

  const History& history_;
  std::span<const EventNumber> selected_;
  bool newest_first_;
};

}  // namespace

std::vector<EventNumber> CutPage(const History& history, std::span<const EventNumber> selected,
                                 const Settings& settings, std::uint64_t offset,
                                 std::uint64_t limit, std::uint64_t salt) {
  if (offset >= selected.size()) return {};
  const auto begin = static_cast<std::size_t>(offset);
  const auto end =
      begin + static_cast<std::size_t>(std::min<std::uint64_t>(limit, selected.size() - begin));
  const bool shuffled = settings.ties == Ties::kShuffled;
  if (settings.order == Order::kNone) {
    std::vector<EventNumber> all(selected.begin(), selected.end());
    SortAtRandom(shuffled ? salt : settings.seed, all);
    return {all.begin() + static_cast<std::ptrdiff_t>(begin),
            all.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  const Listing listing(history, selected, settings.order);
  return shuffled ? listing.CutShuffled(begin, end, salt) : listing.Cut(begin, end);
}

}  // namespace nsf_simulator
