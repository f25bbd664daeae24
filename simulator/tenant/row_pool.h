// SPDX-License-Identifier: Apache-2.0
// A few thousand row templates and the hand that fills in an event's id and times: a copy and three
// small writes an event, so that the simulator is never the bottleneck.
#pragma once

#include <string>
#include <vector>

#include "tenant/audit_rows.h"
#include "tenant/event.h"
#include "tenant/settings.h"

namespace nsf_simulator {

class RowPool {
 public:
  explicit RowPool(const Settings& settings);

  const RowTemplate& TemplateOf(EventNumber number) const { return rows_[IndexOf(number)]; }

  // Which template an event has: a filter looks at each template once, not at each event.
  std::size_t IndexOf(EventNumber number) const;
  const std::vector<RowTemplate>& templates() const { return rows_; }

  std::size_t SizeOf(EventNumber number) const { return TemplateOf(number).text.size(); }
  void Append(EventNumber number, const Event& event, std::string* out) const;

  // Unique for each number.
  std::string IdOf(EventNumber number) const;

 private:
  void WriteId(EventNumber number, IdShape shape, char* to) const;

  std::uint64_t seed_;
  TimeUnit time_unit_;
  std::vector<RowTemplate> rows_;
};

}  // namespace nsf_simulator
