// SPDX-License-Identifier: Apache-2.0
// Finds out in which slots tenants are, and places those that are in none. The placements have a
// log of their own. It is read first: what is there stays true, however old. Only who misses a
// tenant owns the log, for as long as it takes to read it whole and to add to it: of two that place
// at the same time one is shut out, and reads what the other has written.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ownership/placement.h"
#include "pipeline/slot/log_glance.h"
#include "pipeline/slot/open_slot.h"
#include "ports/clock.h"
#include "ports/random.h"
#include "ports/slot_logs.h"

namespace nsf {

// For one thread.
class PlacementDesk {
 public:
  // All is outlived.
  PlacementDesk(SlotLogs& logs, Random& random, Slot::Hearers hearers);

  // Goes on with finding those of `tenants` that are not known, among `slots` (0: wait).
  void Step(const std::set<std::string>& tenants, std::int32_t slots, MonotonicTime now);

  const Placements& known() const { return known_; }
  // When it is to be stepped again, if nothing happens before.
  MonotonicTime look_again() const { return again_; }
  std::optional<Error> Trouble() const;
  // Nothing can be placed any more.
  const std::optional<Error>& error() const { return error_; }
  // Begins to end what is under way.
  void Close();

 private:
  struct Commit;

  bool Knows(const std::set<std::string>& tenants) const;
  void Begin();
  void StepGlance(const std::set<std::string>& tenants, MonotonicTime now);
  bool LetGo();
  // Whether they could be read.
  bool Learn(const std::vector<StateEntry>& entries);
  void Read(const std::set<std::string>& tenants, std::int32_t slots);
  void Settle(MonotonicTime now);
  void TryLater(MonotonicTime now);

  SlotLogs& logs_;
  Random& random_;
  const Slot::Hearers hearers_;
  Placements known_;
  // One after the other; the log is destroyed before the glance.
  std::unique_ptr<LogGlance> glance_;
  std::unique_ptr<CommitLog> log_;
  std::shared_ptr<std::atomic<bool>> log_closed_;  // it is being closed
  std::unique_ptr<OpenSlot> open_;
  std::shared_ptr<Commit> commit_;
  std::uint32_t failures_ = 0;
  MonotonicTime again_ = MonotonicTime::min();
  std::optional<Error> error_;
};

}  // namespace nsf
