// SPDX-License-Identifier: Apache-2.0
// A run: the forwarder among its tenants, sinks and store, killed and started again, until the end;
// where the state is a topic, now and then another instance beside it, which takes over; where it
// is shared, a fleet of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/slot/slot.h"
#include "simulation/complaints.h"
#include "simulation/fleet.h"
#include "simulation/process.h"
#include "simulation/scenario.h"
#include "simulation/simulated_store.h"
#include "simulation/simulated_topic.h"

namespace nsf::simulation {

class World {
 public:
  using Note = std::function<void(const std::string&)>;

  // `traffic` is given a line for each request, `log` what the forwarder says; each may be empty.
  World(const Scenario& scenario, Note traffic, Note log);

  // To the end, or to the first complaint: what it was and when.
  std::optional<std::string> Run();

  std::size_t crashes() const { return fleet_ ? fleet_->kills() : crashes_; }
  std::size_t events() const;

 private:
  // An instance of the forwarder. With a topic it has streams once it owns it; when it has lost it,
  // it is not stepped any more, and gone at the next crash.
  struct Life {
    explicit Life(std::uint64_t seed) : random(seed) {}
    DiceRandom random;
    std::unique_ptr<Slot> slot;
    std::unique_ptr<SimulatedLog> log;
    std::shared_ptr<Door> door = std::make_shared<Door>();
    std::unique_ptr<Process> process;

    bool lost() const { return slot && slot->phase() == Slot::Phase::kLost; }
  };

  // Lines of the traffic.
  void WriteArrival(const std::string& sink, const SinkBatch& batch, const Record& record);
  void WriteCommit(const std::vector<StateChange>& changes);
  Place* Find(const SinkBatch& batch);
  std::size_t SinkNumber(std::string_view name) const;
  void Happen();
  void Crash();
  void StartLife();
  void OpenTopic(Life* life);
  void OnPhase(Life* life);
  void MakeProcess(Life* life, StateStore& store);
  // A commit to the topic is durable, and delivered.
  void OnCommitted(Process* process, const LogCommit& commit);
  void StartFleet();
  std::map<std::string, Sink*> SinksByName() const;
  MonotonicTime wake_at() const;
  std::string Elapsed() const;

  const Scenario scenario_;
  Note traffic_;
  Note log_;
  Dice dice_;
  Timeline timeline_;
  Complaints complaints_;
  OwnClock clock_;
  std::vector<Place> places_;
  std::vector<std::unique_ptr<SimulatedSink>> sinks_;
  std::unique_ptr<SimulatedSink> dead_letter_;
  SimulatedStore store_;
  SimulatedTopic topic_;
  std::vector<std::unique_ptr<Life>> lives_;
  std::unique_ptr<Fleet> fleet_;  // in the place of lives
  std::size_t crashes_ = 0;
  std::size_t happened_ = 0;
  std::size_t twins_ = 0;  // other instances that were started
};

}  // namespace nsf::simulation
