// SPDX-License-Identifier: Apache-2.0
// Knows which events there are and which have arrived, and says what must never happen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/window_record.h"
#include "pipeline/stream/stream.h"
#include "ports/record.h"
#include "simulation/scenario.h"
#include "tenant/tenant.h"

namespace nsf::simulation {

class Oracle {
 public:
  Oracle(const Scenario& scenario, const nsf_simulator::Tenant& tenant)
      : scenario_(scenario), tenant_(tenant) {}

  // A record is at the sink, or in the dead letter, for good.
  void Arrived(const std::string& sink, const Record& record);
  // The forwarder crashed, or a publish ended undecided, while so many records were under way:
  // these may come again.
  void MayRepeat(std::size_t records) { may_repeat_ += records; }

  // What the metrics claim at a moment.
  void CheckClaims(const StreamSnapshot& snapshot, WindowKind window);
  // What a window's record claims.
  void CheckRecord(const WindowRecord& record, WindowKind window);
  void CheckIdentity(const StreamSnapshot& snapshot);
  // At the end (the tenant's time), when windows are cut by `window`.
  void CheckAll(WindowKind window, WallSeconds end);

  void Fail(const std::string& what);
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  bool MustHaveArrived(const nsf_simulator::Event& event, WindowKind window,
                       WallSeconds end) const;
  // Whether each event of the window kind's time in [from, to) that was visible by `visible`, and
  // not late, is at each sink. `claim` tells who says so.
  void CheckDelivered(WallSeconds from, WallSeconds to, WallSeconds visible, WindowKind window,
                      const std::string& claim);

  const Scenario& scenario_;
  const nsf_simulator::Tenant& tenant_;
  std::map<std::string, std::map<std::string, std::uint64_t>> arrived_;  // by sink, by name
  std::size_t may_repeat_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace nsf::simulation
