// SPDX-License-Identifier: Apache-2.0
// Options of the operators' commands.
#include "app/commands/operator_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <ostream>
#include <utility>

#include "app/commands/dead_letter_command.h"
#include "app/commands/state_commands.h"
#include "app/exit_codes.h"

namespace nsf {
namespace {

int Import(const Config& config, const std::string& path, const CommandContext& context) {
  if (path == "-") return StateImportCommand(config, std::cin, context);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    context.err << "cannot read " << path << "; name a file that `state export` wrote\n";
    return kExitUsage;
  }
  return StateImportCommand(config, file, context);
}

// Counts without sending.
int DeadLetterReplay(const Config& config, const JobOptions& options,
                     const CommandContext& context) {
  return options.dry_run ? DeadLetterListCommand(config, options, false, context)
                         : DeadLetterReplayCommand(config, options, context);
}

}  // namespace

OperatorCommands::OperatorCommands(CLI::App& app) {
  AddWalks(app);
  AddState(app);
  AddDeadLetter(app);
  AddJobs(app);
}

bool OperatorCommands::parsed() const {
  return std::any_of(commands_.begin(), commands_.end(),
                     [](const Command& command) { return command.app->parsed(); });
}

int OperatorCommands::Run(const Config& config, const CommandContext& context) const {
  for (const Command& command : commands_) {
    if (command.app->parsed()) return command.act(config, context);
  }
  return kExitUsage;
}

CLI::App& OperatorCommands::Add(CLI::App& parent, const char* name, const char* help, Act act) {
  CLI::App& command = *parent.add_subcommand(name, help);
  command
      .add_option("-c,--config", file_,
                  "Configuration file (default: $NETSKOPE_FORWARDER_CONFIG, else "
                  "/etc/netskope-forwarder/config.yaml)")
      ->type_name("FILE");
  commands_.push_back({&command, std::move(act)});
  return command;
}

void OperatorCommands::AddStreamOptions(CLI::App& command) {
  command.add_option("--tenant", options_.tenant, "This tenant alone")->type_name("NAME");
  command.add_option("--stream", options_.stream, "This event type alone")->type_name("NAME");
}

void OperatorCommands::AddWalks(CLI::App& app) {
  CLI::App& replay = Add(app, "replay", "Send a time range again, marked as a replay",
                         [this](const Config& config, const CommandContext& context) {
                           return ReplayCommand(config, options_, context);
                         });
  AddStreamOptions(replay);
  replay.add_option("--from", options_.from, "Begin of the range")->type_name("TIME")->required();
  replay.add_option("--to", options_.to, "End of the range")->type_name("TIME")->required();
  replay.add_option("--sink", options_.sink, "To this sink alone")->type_name("NAME");
  replay.add_flag("--dry-run", options_.dry_run, "Count what would be sent, send nothing");

  CLI::App& reconcile =
      Add(app, "reconcile", "Walk again and compare with what was delivered; 1 if there are holes",
          [this](const Config& config, const CommandContext& context) {
            return ReconcileCommand(config, options_, context);
          });
  AddStreamOptions(reconcile);
  reconcile.add_option("--from", options_.from, "Begin of the range")->type_name("TIME");
  reconcile.add_option("--to", options_.to, "End of the range")->type_name("TIME");
  reconcile.add_flag("--mend", options_.mend, "Deliver what is missing");
}

void OperatorCommands::AddState(CLI::App& app) {
  CLI::App& state = *app.add_subcommand("state", "Read and mend the state");
  state.require_subcommand(1);
  AddStreamOptions(Add(state, "show", "Show it as JSON",
                       [this](const Config& config, const CommandContext& context) {
                         return StateShowCommand(config, options_.tenant, options_.stream, context);
                       }));
  AddStreamOptions(Add(state, "export", "Write it as lines of JSON, for `state import`",
                       [this](const Config& config, const CommandContext& context) {
                         return StateExportCommand(config, options_.tenant, options_.stream,
                                                   context);
                       }));
  Add(state, "import", "Put back what was exported; nobody may own the state",
      [this](const Config& config, const CommandContext& context) {
        return Import(config, input_, context);
      })
      .add_option("file", input_, "The export (default: -, standard input)")
      ->type_name("FILE");
  CLI::App& reset = Add(state, "reset", "Forget a stream's state: it begins anew",
                        [this](const Config& config, const CommandContext& context) {
                          return StateResetCommand(config, options_, context);
                        });
  reset.add_option("--tenant", options_.tenant, "The tenant")->type_name("NAME")->required();
  reset.add_option("--stream", options_.stream, "This event type alone")->type_name("NAME");
  reset.add_option("--to", options_.to, "Begin there (default: at the tenant's `start`)")
      ->type_name("TIME");
}

void OperatorCommands::AddDeadLetter(CLI::App& app) {
  CLI::App& dead = *app.add_subcommand("dead-letter", "What sinks refused");
  dead.require_subcommand(1);
  CLI::App& list = Add(dead, "list", "List it, with counts by reason",
                       [this](const Config& config, const CommandContext& context) {
                         return DeadLetterListCommand(config, options_, json_, context);
                       });
  CLI::App& replay = Add(dead, "replay", "Send it again, to the sinks that refused it",
                         [this](const Config& config, const CommandContext& context) {
                           return DeadLetterReplay(config, options_, context);
                         });
  for (CLI::App* command : {&list, &replay}) {
    AddStreamOptions(*command);
    command->add_option("--sink", options_.sink, "What this sink refused alone")->type_name("NAME");
  }
  list.add_flag("--json", json_, "As JSON");
  replay.add_flag("--dry-run", options_.dry_run, "List what would be sent, send nothing");
}

void OperatorCommands::AddJobs(CLI::App& app) {
  CLI::App& job = *app.add_subcommand("job", "What commands have left for the owner of the state");
  job.require_subcommand(1);
  Add(job, "list", "List jobs of the last week",
      [this](const Config& config, const CommandContext& context) {
        return JobListCommand(config, json_, context);
      })
      .add_flag("--json", json_, "As JSON");
  CLI::App& follow = Add(job, "follow", "Wait for its end, doing it where nobody owns the state",
                         [this](const Config& config, const CommandContext& context) {
                           return JobFollowCommand(config, id_, context);
                         });
  CLI::App& cancel = Add(job, "cancel", "Ask the owner to stop it",
                         [this](const Config& config, const CommandContext& context) {
                           return JobCancelCommand(config, id_, context);
                         });
  for (CLI::App* command : {&follow, &cancel}) {
    command->add_option("id", id_, "As `job list` shows it")->type_name("ID")->required();
  }
}

}  // namespace nsf
