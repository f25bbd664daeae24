// SPDX-License-Identifier: Apache-2.0
// The program: hands its arguments to the command line.
#include <exception>
#include <iostream>

#include "adapters/system/process.h"
#include "app/check.h"
#include "app/commands/command_line.h"
#include "app/commands/system_surroundings.h"
#include "app/exit_codes.h"
#include "app/run.h"

int main(int argc, char** argv) {
  // A reader that goes away is an error of the write, in every command.
  nsf::IgnoreSigpipe();
  try {
    const nsf::Surroundings surroundings = nsf::SystemSurroundings();
    return nsf::RunCommandLine(
        argc, argv, {surroundings, std::cout, std::cerr, nsf::RunForwarder, nsf::CheckLive});
  } catch (const std::exception& error) {
    // Memory that ran out, or a mistake of ours: nothing is committed that was not delivered.
    std::cerr << "netskope-forwarder: " << error.what() << "; report this with the log\n";
    return nsf::kExitFound;
  }
}
