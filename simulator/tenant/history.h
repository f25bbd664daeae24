// SPDX-License-Identifier: Apache-2.0
// The events visible so far, with the list's order kept beside them, and the selection of those
// that a request asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tenant/event.h"
#include "tenant/row_pool.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// Whole seconds, both ends included, by one of an event's two times.
struct TimeRange {
  SortBy by = SortBy::kTimestamp;
  std::int64_t first = 0;
  std::int64_t last = 0;

  bool operator==(const TimeRange&) const = default;
};

struct Filter {
  std::optional<TimeRange> window;
  std::int64_t oldest_timestamp = INT64_MIN;  // what retention has left
  std::optional<std::string> user;
  std::optional<std::string> id;
  bool nothing = false;  // a condition that no audit row meets

  bool operator==(const Filter&) const = default;
};

class History {
 public:
  // `pool` outlives the history.
  History(const RowPool& pool, SortBy sort_by) : pool_(pool), sort_by_(sort_by) {}

  void Reserve(std::size_t count);
  void Append(std::span<const Event> events);

  std::size_t size() const { return events_.size(); }
  const Event& at(EventNumber number) const { return events_[number]; }

  // The second by which the list is ordered.
  std::int64_t SortTime(EventNumber number) const;

  // The events that pass, oldest first, ties in the order in which they became visible. Valid until
  // the next call of Select or Append.
  std::span<const EventNumber> Select(const Filter& filter);

 private:
  struct Selection {
    Filter filter;
    std::vector<EventNumber> numbers;
  };

  void ForgetSelectionsOf(std::span<const Event> events);
  bool Passes(EventNumber number, const Filter& filter, const std::vector<bool>& by_template) const;
  std::vector<bool> TemplatesOfUser(const Filter& filter) const;
  std::span<const EventNumber> Range(const Filter& filter) const;

  const RowPool& pool_;
  SortBy sort_by_;
  std::vector<Event> events_;
  std::vector<EventNumber> order_;  // sorted by SortTime, then by number
  std::int64_t least_lag_ = INT64_MAX;
  std::int64_t most_lag_ = INT64_MIN;
  std::vector<Selection> selections_;  // the last few, so that each page does not filter anew
};

}  // namespace nsf_simulator
