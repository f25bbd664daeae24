// SPDX-License-Identifier: Apache-2.0
// Draws instances that share slots, and tenants beside those that there are.
#pragma once

#include "simulation/dice.h"
#include "simulation/pace.h"
#include "simulation/scenario.h"

namespace nsf::simulation {

void DrawGroup(Dice* dice, const Pace& pace, Scenario* scenario);

}  // namespace nsf::simulation
