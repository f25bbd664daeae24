// SPDX-License-Identifier: Apache-2.0
// `dead-letter list`: what sinks refused, and why.
#pragma once

#include "app/commands/command_context.h"
#include "app/commands/job_commands.h"

namespace nsf {

// A table for people, or JSON, of the lines that the options' tenant, stream and sink name, with
// counts by reason. Refused where the dead letter is a topic. Returns the exit code.
int DeadLetterListCommand(const Config& config, const JobOptions& options, bool json,
                          const CommandContext& context);

}  // namespace nsf
