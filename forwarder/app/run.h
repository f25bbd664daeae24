// SPDX-License-Identifier: Apache-2.0
// The daemon: wires the parts together as the configuration says and drives them until it is told
// to stop.
#pragma once

#include "app/config/config.h"

namespace nsf {

struct RunOptions {
  bool once = false;      // walk to the time of the start, commit and end
  bool progress = false;  // show progress on stderr
};

// Runs until a signal, or until it has caught up with `once`. Returns the exit code of the program
// (docs/CONFIGURATION.md, "Exit codes"). Blocks; call it once, from the main thread.
int RunForwarder(const Config& config, const RunOptions& options);

}  // namespace nsf
