// SPDX-License-Identifier: Apache-2.0
// How fast time passes in a run: the day of the product's defaults, or the same in minutes, so that
// most runs are short and some are real.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "simulation/dice.h"

namespace nsf::simulation {

struct Pace {
  std::string name;
  seconds length{300}, settle{60}, settle_by_event{600};
  seconds longest{86'400}, ahead{86'400};
  std::vector<seconds> revisit;
  milliseconds least_poll{0}, most_poll{0};
  milliseconds calm{0}, end{0};
};

Pace DrawPace(Dice* dice);

}  // namespace nsf::simulation
