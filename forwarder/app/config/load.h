// SPDX-License-Identifier: Apache-2.0
// From a configuration file to a Config, or to everything that is wrong with the file.
#pragma once

#include <optional>
#include <string>

#include "app/config/config.h"
#include "app/config/diagnostics.h"
#include "app/config/setting.h"
#include "app/config/surroundings.h"

namespace nsf {

struct LoadedConfig {
  std::string file;
  std::optional<Config> config;  // empty: diagnostics has at least one error
  Setting settings;              // what `config print` shows; complete when config is set
  Diagnostics diagnostics;
};

// Reads and checks `file` through `surroundings`. Never fails otherwise than by diagnostics.
LoadedConfig LoadConfig(const std::string& file, const Surroundings& surroundings);

}  // namespace nsf
