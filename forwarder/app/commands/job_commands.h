// SPDX-License-Identifier: Apache-2.0
// Commands that act leave jobs in the state: the process that owns it does them and the command
// follows; where nobody owns it, this process does for as long.
#pragma once

#include <string>
#include <vector>

#include "app/commands/command_context.h"
#include "core/state/job.h"

namespace nsf {

// What the options of the acting commands say. Names are empty where the option was not given.
struct JobOptions {
  std::string tenant;
  std::string stream;
  std::string sink;
  std::string from;
  std::string to;
  bool dry_run = false;
  bool mend = false;
};

// All of these block until the jobs have ended, or a signal; they return the exit code.
int ReplayCommand(const Config& config, const JobOptions& options, const CommandContext& context);
int ReconcileCommand(const Config& config, const JobOptions& options,
                     const CommandContext& context);
int DeadLetterReplayCommand(const Config& config, const JobOptions& options,
                            const CommandContext& context);
int StateResetCommand(const Config& config, const JobOptions& options,
                      const CommandContext& context);

// `job list`, `job follow ID`, `job cancel ID`.
int JobListCommand(const Config& config, bool json, const CommandContext& context);
int JobFollowCommand(const Config& config, const std::string& id, const CommandContext& context);
int JobCancelCommand(const Config& config, const std::string& id, const CommandContext& context);

}  // namespace nsf
