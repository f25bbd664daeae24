// SPDX-License-Identifier: Apache-2.0
// The command line: which command, with which options, and the exit code of what it does.
#pragma once

#include <functional>
#include <iosfwd>

#include "app/config/surroundings.h"
#include "app/run.h"

namespace nsf {

// What the commands need of the program around them.
struct CommandContext {
  const Surroundings& surroundings;
  std::ostream& out;
  std::ostream& err;
  std::function<int(const Config&, const RunOptions&)> run;  // RunForwarder
};

// Runs the command that `argv` names and returns the exit code (docs/CONFIGURATION.md, "Exit
// codes"). Blocks as long as the command does.
int RunCommandLine(int argc, const char* const* argv, const CommandContext& context);

}  // namespace nsf
