// SPDX-License-Identifier: Apache-2.0
// The commands of operators on the command line: their options, and which function each calls.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/commands/command_context.h"
#include "app/commands/job_commands.h"

namespace CLI {
class App;
}

namespace nsf {

class OperatorCommands {
 public:
  // Adds them to `app`, which outlives this, and is filled in when `app` parses.
  explicit OperatorCommands(CLI::App& app);
  OperatorCommands(const OperatorCommands&) = delete;
  OperatorCommands& operator=(const OperatorCommands&) = delete;

  // One of them was asked for.
  bool parsed() const;
  // What -c names; empty where it was not given.
  const std::string& file() const { return file_; }
  // Does it. The exit code.
  int Run(const Config& config, const CommandContext& context) const;

 private:
  using Act = std::function<int(const Config&, const CommandContext&)>;
  struct Command {
    const CLI::App* app;
    Act act;
  };

  CLI::App& Add(CLI::App& parent, const char* name, const char* help, Act act);
  void AddWalks(CLI::App& app);
  void AddState(CLI::App& app);
  void AddDeadLetter(CLI::App& app);
  void AddJobs(CLI::App& app);
  void AddStreamOptions(CLI::App& command);

  std::vector<Command> commands_;
  std::string file_;
  JobOptions options_;
  bool json_ = false;
  std::string id_;
  std::string input_ = "-";
};

}  // namespace nsf
