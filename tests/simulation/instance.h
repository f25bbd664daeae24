// SPDX-License-Identifier: Apache-2.0
// One process of several that share slots: the real keeper of slots and the real streams, joined as
// app/daemon_ownership.cc does it, and watched from outside.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/slot/slot_keeper.h"
#include "ports/slot_logs.h"
#include "simulation/process.h"
#include "simulation/simulated_group.h"
#include "simulation/simulated_sink.h"
#include "simulation/simulated_topic.h"

namespace nsf::simulation {

// What all instances of a run have in common; outlives them.
struct Surroundings {
  using Published =
      std::function<void(std::size_t sink, const SinkBatch& batch, const Record& record)>;

  const Scenario& scenario;
  Timeline& timeline;
  const Clock& clock;
  std::vector<Place>& places;
  Complaints& complaints;
  Process::Log log;
  Sink& dead_letter;
  Published published;
  SimulatedGroup& group;
  std::vector<std::unique_ptr<SimulatedTopic>>& slots;
  SimulatedTopic& placements;
};

class Instance final : private SlotLogs {
 public:
  // A commit is durable, and delivered; `slot` is absent of placements.
  using Committed = std::function<void(Process& process, std::optional<std::int32_t> slot,
                                       const LogCommit& commit)>;

  // `streams`: by number, those configured. Joins the group.
  Instance(Surroundings& surroundings, std::uint64_t seed, std::string name,
           const std::vector<std::size_t>& streams, Committed committed);
  // It is killed: of what it asked for last, something may still happen.
  ~Instance() override;

  MonotonicTime wake_at() const;
  void StepDue();

  // Another configuration.
  void Configure(const std::vector<std::size_t>& streams);
  // Stands still for so long; or works on, and does not hear the group.
  void Stop(milliseconds length, milliseconds notices);
  void FallDeaf(milliseconds length, milliseconds notices) { member_.FallSilent(length, notices); }
  // Comes to rest, which may take a while; then it is gone in order.
  void BeginToLeave(MonotonicTime until);
  bool Left() const;

  bool stopped() const { return door_->stopped(); }
  bool leaving() const { return leave_until_.has_value(); }
  bool Configured(std::size_t stream) const { return streams_.contains(stream); }
  bool Runs(std::size_t stream) const { return process_->Has(stream); }
  std::optional<std::int32_t> SlotOf(const std::string& tenant) const {
    return keeper_->SlotOf(tenant);
  }
  bool Holds(std::int32_t slot) const { return keeper_->Holds(slot); }
  const std::string& name() const { return name_; }

 private:
  class Log;

  Result<std::unique_ptr<CommitLog>> OpenSlot(std::int32_t slot) override;
  Result<std::unique_ptr<CommitLog>> OpenPlacements() override;
  bool Takes(const SinkBatch& batch) const override;

  void Changed();
  void StepOwnership();
  bool StepStream(std::size_t stream);
  bool Wants(std::int32_t slot) const;
  void CheckOpen(const std::set<std::string>& running);
  void CheckOpening(std::int32_t slot);
  void OnShutOut(std::int32_t slot);
  void CheckCommit(std::int32_t slot);
  void OnGivenBack(std::int32_t slot);
  void OnNotInTime(std::int32_t slot);
  std::string TenantOf(std::size_t stream) const;
  void Complain(const std::string& what);

  // That another owner took a slot over from it, under one grant.
  struct ShutOuts {
    std::uint64_t grant = 0;
    std::uint32_t count = 0;
    MonotonicTime last{};
  };

  Surroundings& surroundings_;
  const std::string name_;
  const Committed committed_;
  const std::shared_ptr<Door> door_ = std::make_shared<Door>();
  Dice dice_;
  DiceRandom random_;
  std::set<std::size_t> streams_;
  std::set<std::size_t> resting_;
  std::map<std::int32_t, ShutOuts> shut_outs_;
  std::set<Log*> logs_;  // that are not closed
  MonotonicTime look_at_{};
  bool changed_ = false;
  std::optional<MonotonicTime> leave_until_;
  GroupMember member_;
  std::vector<std::unique_ptr<SimulatedSink>> sinks_;
  std::unique_ptr<SlotKeeper> keeper_;
  std::unique_ptr<Process> process_;
};

}  // namespace nsf::simulation
