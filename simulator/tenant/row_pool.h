// SPDX-License-Identifier: Apache-2.0
// A few thousand row templates and the hand that fills in an event's id and times: a copy and three
// small writes an event, so that the simulator is never the bottleneck.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tenant/event.h"
#include "tenant/row_fields.h"
#include "tenant/settings.h"

namespace nsf_simulator {

class RowPool {
 public:
  explicit RowPool(const Settings& settings);

  const RowTemplate& TemplateOf(const Event& event) const { return rows_[IndexOf(event)]; }

  // Which template an event has: a filter looks at each template once, not at each event.
  std::size_t IndexOf(const Event& event) const;
  const std::vector<RowTemplate>& templates() const { return rows_; }

  std::size_t SizeOf(const Event& event) const { return TemplateOf(event).text.size(); }

  // `number` is the event's own. `now` is the tenant's time: some rows change as they age.
  void Append(EventNumber number, const Event& event, Time now, std::string* out) const;

  // A row of its own for an event of the kind kChange: what such an event has for an origin.
  std::uint32_t AddRow(RowTemplate row);

  // The `_id` in the row, unique for each event; or, in a row that has none, what stands in its
  // place: the same for events whose rows are equal.
  std::string NameOf(EventNumber number, const Event& event) const;

  // When the row changes under its id; nullopt: never.
  std::optional<Time> ChangesAt(const Event& event) const;

  // What is odd about the row; nullopt: nothing.
  std::optional<OddRow> OddityOf(const Event& event) const;

 private:
  // Where the templates of a kind of odd rows stand, and up to which of a thousand draws it is
  // chosen.
  struct OddRange {
    OddRow kind;
    std::uint64_t draws_end;
    std::size_t begin;
    std::size_t count;
  };

  const OddRange* OddRangeOf(const Event& event) const;
  void WriteName(EventNumber number, const Event& event, const RowTemplate& row, char* to) const;

  std::uint64_t seed_;
  TimeUnit time_unit_;
  std::uint64_t changed_percent_;
  std::chrono::seconds changed_after_;
  std::size_t variety_;
  std::size_t echo_at_ = 0;
  std::vector<OddRange> odd_;
  std::vector<RowTemplate> rows_;
};

}  // namespace nsf_simulator
