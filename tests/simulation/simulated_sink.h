// SPDX-License-Identifier: Apache-2.0
// A sink that acknowledges, refuses, stalls, fails half-way or loses its own acknowledgement, as
// the scenario has it. The dead letter is one too.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "ports/sink.h"
#include "simulation/door.h"
#include "simulation/scenario.h"
#include "simulation/timeline.h"

namespace nsf::simulation {

class SimulatedSink final : public Sink {
 public:
  using Arrival = std::function<void(const SinkBatch& batch, const Record& record)>;

  // All outlive the sink. `door`: of the process that publishes. `arrived`: the record is there
  // now. `unsure`: it is, and the forwarder will not know.
  SimulatedSink(const SinkScenario& scenario, std::uint64_t seed, Timeline& timeline,
                std::shared_ptr<Door> door, Arrival arrived, Arrival unsure);

  void Publish(SinkBatch& batch, Done done) override;
  Guarantee guarantee() const override { return {}; }

  // The forwarder is gone: of what it was sending, some arrives.
  void Crash();

 private:
  enum class Fate { kArrives, kRefusedWhole, kHalf, kAckLost };
  struct Publishing {
    SinkBatch* batch = nullptr;
    Done done;
    Fate fate = Fate::kArrives;
  };
  using Place = std::list<Publishing>::iterator;

  milliseconds Elapsed() const;
  Fate DrawFate();
  std::chrono::nanoseconds UntilFlows() const;
  void Arrive(Place publishing);
  void Report(Place publishing);
  bool Refuses(const Record& record) const;

  const SinkScenario& scenario_;
  Dice dice_;
  Timeline& timeline_;
  const std::shared_ptr<Door> door_;
  Arrival arrived_;
  Arrival unsure_;
  std::list<Publishing> publishing_;  // not arrived yet
  std::list<Publishing> reporting_;
};

}  // namespace nsf::simulation
