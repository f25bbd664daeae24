// SPDX-License-Identifier: Apache-2.0
// What another configuration changes of the one that runs: a pure comparison.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/config/config.h"

namespace nsf {

struct Setting;

// By name.
struct NamesChanged {
  std::set<std::string> added;
  std::set<std::string> changed;
  std::set<std::string> removed;

  bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
};

struct ConfigChange {
  NamesChanged tenants;  // also those that a changed format, batch or classification concerns
  NamesChanged sinks;
  // Sinks whose connection others use too, and of which the user's name or password changed:
  // clients that run log in with them from then on.
  std::set<std::string> logins;
  // What differs and is only taken up at a start: "state", …
  std::vector<std::string> fixed;

  bool empty() const { return tenants.empty() && sinks.empty() && logins.empty() && fixed.empty(); }
};

// A configuration, and the settings that it was made of.
struct CheckedConfig {
  const Config& config;
  const Setting& settings;
};

ConfigChange CompareConfigs(const CheckedConfig& before, const CheckedConfig& after);

}  // namespace nsf
