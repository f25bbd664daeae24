// SPDX-License-Identifier: Apache-2.0
// Draws instances that share slots, and tenants beside those that there are.
#pragma once

#include "simulation/dice.h"
#include "simulation/pace.h"
#include "simulation/scenario.h"

namespace nsf::simulation {

// How many instances, slots and further tenants there are, how long a session is, whether instances
// have names that last, which tenants each has in its configuration (at the start and in the end),
// which sinks are no part of the commits, and how often something befalls an instance. The caller's
// dice are for this alone: runs without a group are as they would be without it.
void DrawGroup(Dice* dice, const Pace& pace, Scenario* scenario);

}  // namespace nsf::simulation
