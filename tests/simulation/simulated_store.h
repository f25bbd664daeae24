// SPDX-License-Identifier: Apache-2.0
// A store that does one thing after the other, is full for a while, and forgets at a crash what was
// not durable.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ports/state_store.h"
#include "simulation/scenario.h"
#include "simulation/timeline.h"

namespace nsf::simulation {

class SimulatedStore final : public StateStore {
 public:
  using Committed = std::function<void(const std::vector<StateChange>& changes)>;

  // All outlive the store. `committed`: the changes are durable now.
  SimulatedStore(const StoreScenario& scenario, std::uint64_t seed, Timeline& timeline,
                 Committed committed);

  void Commit(std::vector<StateChange> changes, Done done) override;
  void Load(std::vector<std::string> prefixes, Loaded loaded) override;
  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override;
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override;

  // The forwarder is gone, and with it what it was about to do.
  void Crash() { free_at_ = {}; }

 private:
  // What is asked for now is done then: the order of calls is kept.
  std::chrono::nanoseconds Turn();
  bool Fails();
  bool IsFull() const;
  void Apply(const std::vector<StateChange>& changes);

  const StoreScenario& scenario_;
  Dice dice_;
  Timeline& timeline_;
  Committed committed_;
  MonotonicTime free_at_{};
  std::map<std::string, std::string, std::less<>> entries_;
};

}  // namespace nsf::simulation
