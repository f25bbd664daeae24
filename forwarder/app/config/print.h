// SPDX-License-Identifier: Apache-2.0
// `config print`: the configuration as it is used.
#pragma once

#include <string>

#include "app/config/load.h"

namespace nsf {

// As YAML that reads back to the same configuration, unless a secret was written out in the file:
// secrets are shown as their reference, one without a reference as "(hidden)", and the user and
// password of a proxy not at all. Above each sink stands its guarantee. `loaded` must hold a
// config.
std::string PrintConfig(const LoadedConfig& loaded);

}  // namespace nsf
