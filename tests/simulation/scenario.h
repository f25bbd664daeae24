// SPDX-License-Identifier: Apache-2.0
// One run as data: tenants, sinks, store, and all that befalls them. Everything follows from the
// seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/answer/budget.h"
#include "pipeline/stream/settings.h"
#include "ports/http_client.h"
#include "simulation/dice.h"
#include "tenant/fault.h"
#include "tenant/settings.h"

namespace nsf::simulation {

// Since the beginning of the run, the end not included.
struct Span {
  milliseconds begin{0};
  milliseconds end{0};

  bool Contains(milliseconds time) const { return begin <= time && time < end; }
};

struct Latency {
  milliseconds least{1};
  milliseconds most{10};
  unsigned slow = 0;  // of a thousand
  milliseconds slow_most{0};

  milliseconds Draw(Dice* dice) const {
    return dice->Permille(slow) ? dice->Within(most, slow_most) : dice->Within(least, most);
  }
};

// For a time a share of the requests fails, each in one of these ways.
struct Trouble {
  Span span;
  unsigned permille = 1000;
  std::vector<nsf_simulator::Fault> faults;
  std::vector<HttpFailure> failures;
};

struct StreamScenario {
  nsf_simulator::Settings tenant;
  StreamSettings stream;
  std::string traits;     // of the tenant, as the simulator takes them by --set
  std::size_t token = 0;  // whose budget it shares
  Latency latency;
  std::vector<Trouble> troubles;
};

struct SinkScenario {
  std::string name;
  Latency latency;
  unsigned refuses = 0;      // of a thousand records, by their content
  unsigned half_fails = 0;   // of a thousand publishes: the first records arrive, the rest does not
  unsigned ack_lost = 0;     // of a thousand publishes: all arrive, and none is known to
  std::vector<Span> down;    // every publish fails
  std::vector<Span> stalls;  // no publish ends before the stall does
};

struct StoreScenario {
  Latency latency;
  unsigned fails = 0;      // of a thousand commits and loads
  std::vector<Span> full;  // every commit fails
};

// The state in a topic, committed as one with the records of all sinks and the dead letter.
struct LogScenario {
  bool used = false;  // in the place of the store
  Latency latency;
  unsigned fails = 0;      // of a thousand commits: aborted
  unsigned lost = 0;       // of a thousand commits: the answer is lost, and the commit made or not
  unsigned strangers = 0;  // of a thousand take-overs: a stranger's transaction is open
  unsigned twins = 0;      // of a million events in the run: another instance is started beside
  std::vector<Span> down;  // no broker answers
};

// Several instances that share the slots of a state in topics, and what befalls them.
struct GroupScenario {
  bool used = false;  // in the place of the one topic
  std::int32_t slots = 1;
  milliseconds session{10'000};
  bool stable_names = false;           // who is back within a session has its slots again
  std::vector<std::string> published;  // sinks that are no part of the commits
  unsigned incidents = 0;              // of a million events in the run
  std::size_t most_incidents = 0;
  // Of each instance, at the start and in the end: the streams (by number) of its tenants.
  std::vector<std::vector<std::size_t>> configured;
  std::vector<std::vector<std::size_t>> configured_in_the_end;
};

// The forwarder's own clock is set by so much.
struct ClockJump {
  milliseconds at{0};
  milliseconds by{0};
};

struct Scenario {
  std::uint64_t seed = 0;
  std::vector<std::string> traits;  // for people: what was drawn
  std::vector<BudgetSettings> budgets;
  std::vector<StreamScenario> streams;
  std::vector<SinkScenario> sinks;
  SinkScenario dead_letter;
  StoreScenario store;
  LogScenario log;
  GroupScenario group;
  unsigned crashes = 0;  // of a million events in the run
  milliseconds longest_downtime{0};
  std::vector<ClockJump> jumps;
  milliseconds calm{0};  // from then on nothing fails
  milliseconds end{0};
};

Scenario DrawScenario(std::uint64_t seed);

}  // namespace nsf::simulation
