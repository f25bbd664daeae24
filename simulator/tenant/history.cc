// SPDX-License-Identifier: Apache-2.0
// Ordering and selection of events.
#include "tenant/history.h"

#include <algorithm>

namespace nsf_simulator {
namespace {

constexpr std::size_t kSelectionsKept = 4;

std::int64_t Second(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

std::int64_t TimeOf(const Event& event, SortBy by) {
  return Second(by == SortBy::kTimestamp ? event.timestamp : event.insertion);
}

std::int64_t LagOf(const Event& event) { return Second(event.insertion) - Second(event.timestamp); }

bool InWindow(const Event& event, const Filter& filter) {
  if (!filter.window) return true;
  const std::int64_t time = TimeOf(event, filter.window->by);
  return time >= filter.window->first && time <= filter.window->last;
}

// A bound that a request chose may be anything: sums stop at the ends of the number.
std::int64_t Sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}

}  // namespace

std::int64_t History::SortTime(EventNumber number) const { return TimeOf(at(number), sort_by_); }

void History::Reserve(std::size_t count) {
  events_.reserve(count);
  order_.reserve(count);
}

void History::Append(std::span<const Event> events) {
  if (events.empty()) return;
  const auto before = [this](EventNumber a, EventNumber b) {
    const auto time_a = SortTime(a);
    const auto time_b = SortTime(b);
    return time_a != time_b ? time_a < time_b : a < b;
  };
  const auto old_count = static_cast<std::ptrdiff_t>(order_.size());
  for (const Event& event : events) {
    order_.push_back(static_cast<EventNumber>(events_.size()));
    events_.push_back(event);
    least_lag_ = std::min(least_lag_, LagOf(event));
    most_lag_ = std::max(most_lag_, LagOf(event));
  }
  const auto middle = order_.begin() + old_count;
  std::sort(middle, order_.end(), before);
  std::inplace_merge(std::upper_bound(order_.begin(), middle, *middle, before), middle,
                     order_.end(), before);
  ForgetSelectionsOf(events);
}

// A selection stays right while no new event falls in its window.
void History::ForgetSelectionsOf(std::span<const Event> events) {
  std::erase_if(selections_, [&](const Selection& kept) {
    return std::any_of(events.begin(), events.end(),
                       [&](const Event& event) { return InWindow(event, kept.filter); });
  });
}

// The part of the list that can hold what the filter lets through: exact when the window is cut by
// the time that orders the list, else widened by the lags seen.
std::span<const EventNumber> History::Range(const Filter& filter) const {
  std::int64_t first = INT64_MIN;
  std::int64_t last = INT64_MAX;
  if (filter.window) {
    first = filter.window->first;
    last = filter.window->last;
    if (filter.window->by != sort_by_) {
      const bool list_by_timestamp = sort_by_ == SortBy::kTimestamp;
      first = Sum(first, list_by_timestamp ? -most_lag_ : least_lag_);
      last = Sum(last, list_by_timestamp ? -least_lag_ : most_lag_);
    }
  }
  const auto begin = std::partition_point(order_.begin(), order_.end(),
                                          [&](EventNumber n) { return SortTime(n) < first; });
  const auto end =
      std::partition_point(begin, order_.end(), [&](EventNumber n) { return SortTime(n) <= last; });
  return {begin, end};
}

std::span<const EventNumber> History::Select(const Filter& filter) {
  if (filter.nothing || order_.empty()) return {};
  const auto range = Range(filter);
  const bool range_is_all = (!filter.window || filter.window->by == sort_by_) && !filter.user &&
                            !filter.id && filter.oldest_timestamp == INT64_MIN;
  if (range_is_all) return range;
  for (const Selection& kept : selections_) {
    if (kept.filter == filter) return kept.numbers;
  }
  if (selections_.size() == kSelectionsKept) selections_.erase(selections_.begin());
  Selection& made = selections_.emplace_back(Selection{filter, {}});
  const std::vector<bool> by_template = TemplatesOfUser(filter);
  std::copy_if(range.begin(), range.end(), std::back_inserter(made.numbers),
               [&](EventNumber n) { return Passes(n, filter, by_template); });
  return made.numbers;
}

std::vector<bool> History::TemplatesOfUser(const Filter& filter) const {
  std::vector<bool> matches;
  if (!filter.user) return matches;
  for (const RowTemplate& row : pool_.templates()) matches.push_back(row.user == *filter.user);
  return matches;
}

bool History::Passes(EventNumber number, const Filter& filter,
                     const std::vector<bool>& by_template) const {
  const Event& event = at(number);
  if (Second(event.timestamp) < filter.oldest_timestamp) return false;
  if (!InWindow(event, filter)) return false;
  if (filter.user && !by_template[pool_.IndexOf(event)]) return false;
  if (!filter.id) return true;
  return pool_.TemplateOf(event).has_id && pool_.NameOf(number, event) == *filter.id;
}

}  // namespace nsf_simulator
