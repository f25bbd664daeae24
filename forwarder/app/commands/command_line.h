// SPDX-License-Identifier: Apache-2.0
// The command line: which command, with which options, and the exit code of what it does.
#pragma once

#include "app/commands/command_context.h"

namespace nsf {

// Runs the command that `argv` names and returns the exit code (docs/CONFIGURATION.md, "Exit
// codes"). Blocks as long as the command does.
int RunCommandLine(int argc, const char* const* argv, const CommandContext& context);

}  // namespace nsf
