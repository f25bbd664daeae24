// SPDX-License-Identifier: Apache-2.0
// Holds a stream against the truth: what its state promises at every commit, what its metrics say
// at every step, and what is delivered in the end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ledger/window_record.h"
#include "core/state/cursor.h"
#include "pipeline/stream/stream.h"
#include "ports/state_store.h"
#include "simulation/complaints.h"
#include "simulation/truth.h"

namespace nsf::simulation {

class Oracle {
 public:
  // All outlive the oracle.
  Oracle(const Scenario& scenario, const StreamScenario& stream,
         const nsf_simulator::Tenant& tenant, Truth& truth, Complaints& complaints);

  // The tenant hid rows that it has: what can be known before the next revisit is less.
  void NoteLie() { lied_ = true; }

  // The state is durable now.
  void OnCommit(const std::vector<StateChange>& changes);
  void OnStep(const StreamSnapshot& snapshot, WallTime tenant_now);
  // The run is over: everything must have arrived.
  void OnEnd(WallTime tenant_now);

 private:
  void CheckIdentity(const StreamSnapshot& snapshot);
  void CheckLag(WallSeconds delivered_until, WallTime tenant_now);
  void TakeChange(const StateChange& change);
  void CheckWindows();
  const WindowRecord* RecordOf(WallSeconds second) const;
  // No window of several pages is ever whole, because each request is answered in another order, or
  // totals lie: all windows are halved down to seconds before the event is seen, or told from
  // equals.
  bool HalvesAll(EventNumber number) const;
  // No walk of the list is ever whole, because a page holds no more than the rows of one second,
  // and these change places: all of it is walked at every poll, for a request a row.
  bool WalksRowByRow() const;
  // The change puts ids of events that were delivered.
  bool HoldsIds(const StateChange& change) const;
  // Of an iterator: what happened before its epoch, or is removed, need not be delivered.
  bool IsExcused(EventNumber number) const;
  std::optional<WallTime> IteratorDeadline(EventNumber number) const;
  // By when it must be delivered; nullopt: it need not be.
  std::optional<WallTime> Deadline(EventNumber number) const;
  std::optional<WallTime> DeadlineIn(EventNumber number, WindowKind kind) const;
  void Complain(const std::string& what);

  const StreamScenario& stream_;
  Truth& truth_;
  Complaints& complaints_;
  WallTime calm_;  // by the tenant's clock
  bool lied_ = false;
  std::optional<WallSeconds> checked_until_;
  EventNumber lag_checked_ = 0;  // events before it are delivered, or excused
  WallSeconds first_start_ = WallSeconds::min();
  // The durable state.
  std::optional<Cursor> cursor_;
  std::map<std::string, WindowRecord> records_;  // by key
};

}  // namespace nsf::simulation
