// SPDX-License-Identifier: Apache-2.0
// Several instances that share the slots of a state in topics, and what befalls them: they are
// killed, stopped and continued, cut off from their group, ended in order, configured anew, and
// slots move between them, at any step. Held against what sharing promises: a tenant is in one slot
// for ever, a slot comes to rest with one owner, and in the end each tenant runs where it can.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/instance.h"

namespace nsf::simulation {

class Fleet {
 public:
  using Committed = std::function<void(Process& process, const LogCommit& commit)>;

  // All outlive the fleet. `dead_letter`: nothing is ever published to it. `published`: a record
  // arrived at a sink that no commit takes. `committed`: a commit of a slot is durable, and
  // delivered.
  Fleet(const Scenario& scenario, Timeline& timeline, const Clock& clock,
        std::vector<Place>& places, Sink& dead_letter, Complaints& complaints, Process::Log log,
        Surroundings::Published published, Committed committed);

  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // When an instance is to be stepped; steps those whose time has come.
  MonotonicTime wake_at() const;
  void StepDue();
  // After anything has happened: something may befall an instance.
  void Befall();
  // The run is over. Whether the tenant of a stream is one that somebody runs; complains where
  // somebody should.
  bool RunsInTheEnd(std::size_t stream);
  std::size_t kills() const { return kills_; }

 private:
  using Number = std::size_t;  // of an instance, whichever process it is

  enum class Incident { kKill, kStop, kDeaf, kLeave, kMove, kConfigure };

  Incident DrawIncident();
  void Start(Number number);
  void End(Number number, milliseconds down);
  void BeCalm();
  std::vector<Number> Up() const;
  milliseconds UntilCalm() const;
  void Say(const std::string& what) const;
  void OnCommitted(Process& process, std::optional<std::int32_t> slot, const LogCommit& commit);
  void CheckTakeOvers();

  const Scenario& scenario_;
  Timeline& timeline_;
  Complaints& complaints_;
  const Process::Log log_;
  const Committed committed_;
  Dice dice_;
  std::vector<std::unique_ptr<SimulatedTopic>> slots_;
  SimulatedTopic placements_;
  SimulatedGroup group_;
  Surroundings surroundings_;
  std::vector<std::vector<std::size_t>> configured_;  // by number
  std::vector<std::unique_ptr<Instance>> instances_;  // by number; null: it is down
  std::map<std::string, std::int32_t> slot_of_;       // tenants, as commits show it
  std::size_t incidents_ = 0;
  std::size_t kills_ = 0;
  bool calm_ = false;
};

}  // namespace nsf::simulation
