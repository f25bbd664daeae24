// SPDX-License-Identifier: Apache-2.0
// The daemon: wires the parts together as the configuration says and drives them until it is told
// to stop.
#pragma once

#include <functional>
#include <vector>

#include "app/config/config.h"
#include "core/state/job.h"

namespace nsf {

struct RunOptions {
  bool once = false;        // walk to the time of the start, commit and end
  bool progress = false;    // show progress on stderr
  bool allow_core = false;  // cores and debuggers, which see the tokens, are not forbidden
  // Not empty: own the state for these jobs alone, and end when they have ended. They are put into
  // the state, unless they are there already.
  std::vector<Job> jobs;
  // Is told of all jobs now and then, on the thread that runs; may be empty.
  std::function<void(const std::vector<KnownJob>&)> on_jobs;
};

// Runs until a signal, or until it has caught up with `once`. Returns the exit code of the program
// (docs/CONFIGURATION.md, "Exit codes"). Blocks; call it once, from the main thread.
int RunForwarder(const Config& config, const RunOptions& options);

}  // namespace nsf
