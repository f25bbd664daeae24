// SPDX-License-Identifier: Apache-2.0
// The environment and the files of this process, for the configuration.
#pragma once

#include "app/config/surroundings.h"

namespace nsf {

// Files of at most 8 MiB are read; pipes too, so that a configuration can come from one.
Surroundings SystemSurroundings();

}  // namespace nsf
