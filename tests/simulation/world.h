// SPDX-License-Identifier: Apache-2.0
// The world of one seed: the real stream and destination, and around them a tenant, sinks, a store
// and a clock of its own, in virtual time and on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "core/answer/budget.h"
#include "pipeline/destination/in_order.h"
#include "pipeline/stream/stream.h"
#include "simulation/oracle.h"
#include "simulation/scenario.h"
#include "tenant/tenant.h"

namespace nsf::simulation {

class World {
 public:
  // `traffic`: where requests and answers are told; null: nowhere.
  World(const Scenario& scenario, std::ostream* traffic);
  ~World();

  // Runs to the scenario's end. What went wrong; empty: nothing.
  std::vector<std::string> Run();

  std::uint64_t steps() const { return steps_; }

 private:
  class SimClock;
  class SimRandom;
  class SimSink;
  class SimStore;
  class SimTelemetry;
  friend class SimClock;
  friend class SimSink;
  friend class SimStore;

  // Does `what` at `at`, unless the forwarder has crashed by then.
  void At(MonotonicTime at, std::function<void()> what);
  std::chrono::milliseconds UpTo(std::chrono::milliseconds most);
  bool Chance(double probability);
  bool faulty() const;  // things still go wrong

  Now Clock() const;
  nsf_simulator::Time Real() const;

  void Start();
  void Crash();
  void Step(Completions completions);
  void Ask(PageRequest request);
  HttpAnswer Answer(const HttpRequest& request);
  WindowKind WalkedBy() const;
  void CheckNow();
  void CheckRecords();

  const Scenario& scenario_;
  std::ostream* traffic_;
  Dice dice_;
  nsf_simulator::Tenant tenant_;
  Oracle oracle_;
  MonotonicTime time_;
  std::map<std::string, std::string> durable_;  // the state

  struct Event {
    MonotonicTime at;
    std::uint64_t order;
    std::uint64_t life;
    std::function<void()> what;
    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  std::uint64_t life_ = 0;
  std::uint64_t steps_ = 0;
  std::size_t requests_ = 0;   // under way
  std::size_t in_flight_ = 0;  // records handed over and not settled
  MonotonicTime check_at_{};

  std::unique_ptr<SimClock> clock_;
  std::unique_ptr<SimRandom> random_;
  std::unique_ptr<SimTelemetry> telemetry_;
  // One life of the forwarder.
  std::vector<std::unique_ptr<SimSink>> sinks_;
  std::unique_ptr<SimSink> dead_letter_;
  std::unique_ptr<SimStore> store_;
  std::unique_ptr<InOrderDestination> destination_;
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace nsf::simulation
