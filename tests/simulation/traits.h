// SPDX-License-Identifier: Apache-2.0
// How tenants differ, as a table of the simulator's own settings: one roll of the dice a group.
#pragma once

#include <span>
#include <string_view>

namespace nsf::simulation {

struct Trait {
  std::string_view group;
  std::string_view settings;  // as nsf_simulator::ApplySettingsText takes them
  unsigned permille = 0;      // what the group's traits leave of a thousand is the default
};

// The traits of a group stand together.
std::span<const Trait> TenantTraits();

}  // namespace nsf::simulation
