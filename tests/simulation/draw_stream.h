// SPDX-License-Identifier: Apache-2.0
// Drawing a stream: its tenant, its settings, and the answers that go wrong.
#pragma once

#include "simulation/dice.h"
#include "simulation/pace.h"
#include "simulation/scenario.h"

namespace nsf::simulation {

// `number`: of the stream in the run. `scenario` has its sinks and the stream's budget, the last.
StreamScenario DrawStream(Dice* dice, const Pace& pace, const Scenario& scenario, int number);

// The stream reads the tenant's iterator in place of its list.
void ReadIterator(Dice* dice, const Scenario& scenario, StreamScenario* stream);

}  // namespace nsf::simulation
