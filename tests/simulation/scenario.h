// SPDX-License-Identifier: Apache-2.0
// What one seed makes of the world: the tenant's manners, its events, and what goes wrong, drawn at
// random and told in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/stream/settings.h"
#include "ports/clock.h"
#include "tenant/settings.h"

namespace nsf::simulation {

using Dice = std::mt19937_64;

struct Scenario {
  std::uint64_t seed = 0;
  nsf_simulator::Settings tenant;
  std::vector<std::string> words;  // the assignments that made `tenant`, and the rest
  StreamSettings stream;
  std::uint32_t per_minute = 240, per_second = 4;  // the budget

  // Until `faults_end` things go wrong; at `end` everything must have arrived.
  std::chrono::seconds faults_end{0};
  std::chrono::seconds end{0};
  std::vector<std::pair<nsf_simulator::Fault, int>> faults;  // answers, permille of each
  double crash_chance = 0;        // at each completion
  double publish_fails = 0;       // of a publish, some of it arrives
  double records_rejected = 0;    // by content
  double dead_letter_fails = 0;
  double store_fails = 0;
  double load_fails = 0;
  std::chrono::milliseconds clock_jump{0};  // of our own wall clock, at half of faults_end
  std::chrono::milliseconds slowest_answer{400};
  std::chrono::milliseconds slowest_publish{200};
};

Scenario DrawScenario(std::uint64_t seed);

}  // namespace nsf::simulation
