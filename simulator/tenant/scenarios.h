// SPDX-License-Identifier: Apache-2.0
// Named tenants, each a line of settings: one for every way of the API that a forwarder must stand.
#pragma once

#include <span>
#include <string_view>

namespace nsf_simulator {

struct Scenario {
  std::string_view name;
  std::string_view settings;  // as ApplySettingsText takes them
  std::string_view shows;
};

std::span<const Scenario> Scenarios();

// nullptr if there is none of that name.
const Scenario* FindScenario(std::string_view name);

}  // namespace nsf_simulator
