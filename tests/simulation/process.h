// SPDX-License-Identifier: Apache-2.0
// One life of the forwarder, from a start to a crash or the end of the run: the real streams,
// budgets and destination, driven as app/loop.cc does it, and watched from outside. Where the state
// is shared with other instances, streams begin and come to rest in it, as in app/.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/answer/budget.h"
#include "pipeline/destination/in_order.h"
#include "pipeline/stream/event_stream.h"
#include "simulation/complaints.h"
#include "simulation/door.h"
#include "simulation/oracle.h"
#include "simulation/origin.h"
#include "simulation/scenario.h"
#include "simulation/simulated_sink.h"
#include "simulation/timeline.h"
#include "simulation/truth.h"

namespace nsf::simulation {

// One stream's world.
struct Place {
  const StreamScenario* scenario = nullptr;
  std::unique_ptr<Origin> origin;
  std::unique_ptr<Truth> truth;
  std::unique_ptr<Oracle> oracle;
};

// The forwarder's own clock.
class OwnClock final : public Clock {
 public:
  OwnClock(const Scenario& scenario, const Timeline& timeline)
      : scenario_(scenario), timeline_(timeline) {}
  Now Read() const override;

 private:
  const Scenario& scenario_;
  const Timeline& timeline_;
};

class Process {
 public:
  using Log = std::function<void(const std::string&)>;

  ~Process();
  // All outlive the process, which has no stream yet. `sinks`: by name. `door`: what is answered
  // comes in by it; once it is shut the process may be destroyed.
  Process(const Scenario& scenario, std::uint64_t seed, Timeline& timeline, const Clock& clock,
          std::vector<Place>& places, std::map<std::string, Sink*> sinks, Sink& dead_letter,
          StateStore& store, std::shared_ptr<Door> door, Complaints& complaints, Log log);

  // Makes the stream of a place. kRetry: its state cannot be read now.
  Result<void> Begin(std::size_t place);
  bool Has(std::size_t place) const { return lanes_[place].stream != nullptr; }
  // The stream starts nothing new from now on.
  void Park(std::size_t place) { lanes_[place].stream->Drain(); }
  // Nothing of a stream that is parked is under way.
  bool Rests(std::size_t place) const { return !lanes_[place].stream->committing(); }
  // Takes away a stream that rests.
  void Remove(std::size_t place);

  // When the next stream is to be stepped.
  MonotonicTime wake_at() const;
  // Steps every stream whose time has come.
  void StepDue();
  // The changes are durable: the batches that they came with cannot be repeated any more.
  void OnDurable(const std::vector<StateChange>& changes);
  // What is not settled may arrive again.
  void ExplainUnsettled();

 private:
  struct Handed {
    Batch* batch = nullptr;
    bool durable = false;
    bool under_way = true;
  };
  struct Lane {
    Place* place = nullptr;
    std::unique_ptr<EventStream> stream;
    std::uint64_t epoch = 0;  // streams that were here before
    Completions completions;
    MonotonicTime wake_at = MonotonicTime::max();
    std::size_t went_on = 0;  // steps in a row that asked to go on
    std::size_t requests = 0;
    bool loading = false;
    std::deque<Handed> unsettled;
  };
  class Silence;

  void Step(Lane* lane);
  void Wake(Lane* lane);
  void Start(Lane* lane, StepOutput out);
  void Send(Lane* lane, PageRequest request);
  void OnAnswer(Lane* lane, std::uint64_t ticket, HttpAnswer answer);
  void HandOver(Lane* lane, std::unique_ptr<Batch> batch);
  void CheckBounds(const Lane& lane);
  void OnSettled(Lane* lane, Settlement settlement);
  void CheckBudget(std::size_t token);
  void Complain(const Lane& lane, const std::string& what);

  const Scenario& scenario_;
  Dice dice_;
  Timeline& timeline_;
  const Clock& clock_;
  StateStore& store_;
  const std::shared_ptr<Door> door_;
  Complaints& complaints_;
  Log log_;
  DiceRandom random_;
  std::unique_ptr<Silence> telemetry_;
  InOrderDestination destination_;
  std::vector<Budget> budgets_;
  std::vector<std::deque<MonotonicTime>> sent_;  // by token, of the last minute
  std::vector<Lane> lanes_;
};

}  // namespace nsf::simulation
