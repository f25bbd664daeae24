// SPDX-License-Identifier: Apache-2.0
#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "adapters/system/process.h"
#include "app/commands/check_command.h"
#include "app/commands/health_command.h"
#include "app/commands/operator_commands.h"
#include "app/commands/version_command.h"
#include "app/config/example.h"
#include "app/config/load.h"
#include "app/config/print.h"
#include "app/config/reference.h"
#include "app/config/schema.h"
#include "app/exit_codes.h"

namespace nsf {
namespace {

// -c FILE, else $NETSKOPE_FORWARDER_CONFIG, else the file of the package.
std::string ConfigFile(const std::string& option, const Surroundings& surroundings) {
  if (!option.empty()) return option;
  const std::optional<std::string> named = surroundings.environment("NETSKOPE_FORWARDER_CONFIG");
  return named && !named->empty() ? *named : "/etc/netskope-forwarder/config.yaml";
}

// Loads and tells what is wrong. Warnings are told to people, and so only on stderr.
LoadedConfig Load(const std::string& option, const CommandContext& context) {
  LoadedConfig loaded = LoadConfig(ConfigFile(option, context.surroundings), context.surroundings);
  for (const Diagnostic& warning : loaded.diagnostics.warnings()) {
    context.err << ToString(loaded.file, {warning.where, "warning: " + warning.message}) << '\n';
  }
  for (const Diagnostic& error : loaded.diagnostics.errors()) {
    context.err << ToString(loaded.file, error) << '\n';
  }
  return loaded;
}

int Text(const std::string& text, const CommandContext& context) {
  return Say(text, context, kExitDone);
}

struct Options {
  std::string file;
  RunOptions run;
  CheckOptions check;
};

int Run(const Options& options, const CommandContext& context) {
  const LoadedConfig loaded = Load(options.file, context);
  if (!loaded.config) return kExitUsage;
  return context.run(*loaded.config, options.run);
}

int Print(const Options& options, const CommandContext& context) {
  const LoadedConfig loaded = Load(options.file, context);
  if (!loaded.config) return kExitUsage;
  return Text(PrintConfig(loaded), context);
}

int Health(const Options& options, const CommandContext& context) {
  const LoadedConfig loaded = Load(options.file, context);
  return loaded.config ? HealthCommand(*loaded.config, context) : kExitUsage;
}

int Check(const Options& options, const CommandContext& context) {
  const LoadedConfig loaded =
      LoadConfig(ConfigFile(options.file, context.surroundings), context.surroundings);
  std::vector<Finding> findings;
  if (loaded.config && !options.check.offline) {
    findings = context.check(*loaded.config, {options.check.write});
  }
  std::ostringstream out;
  const int code = CheckCommand(loaded, findings, options.check, out, context.err);
  return Say(out.str(), context, code);
}

void AddFileOption(CLI::App& command, std::string& file) {
  command
      .add_option("-c,--config", file,
                  "Configuration file (default: $NETSKOPE_FORWARDER_CONFIG, else "
                  "/etc/netskope-forwarder/config.yaml)")
      ->type_name("FILE");
}

}  // namespace

int Say(const std::string& text, const CommandContext& context, int code) {
  errno = 0;
  context.out << text << std::flush;
  if (context.out || errno == EPIPE) return code;
  context.err << "stdout cannot be written (" << std::generic_category().message(errno)
              << "); make room, or send it elsewhere\n";
  return code == kExitDone ? kExitFound : code;
}

int RunCommandLine(int argc, const char* const* argv, const CommandContext& context) {
  Options options;
  CLI::App app("Forwards a Netskope tenant's audit events to Kafka, syslog or a file.",
               "netskope-forwarder");
  app.require_subcommand(1);
  app.set_version_flag("--version", VersionText());

  CLI::App& run = *app.add_subcommand("run", "Forward events until told to stop");
  AddFileOption(run, options.file);
  run.add_flag("--once", options.run.once, "Walk to the time of the start, commit and end");
  run.add_flag("--progress", options.run.progress, "Show progress on stderr");
  run.add_flag("--allow-core", options.run.allow_core,
               "Do not forbid core files and debuggers: they would hold the tokens");

  CLI::App& check = *app.add_subcommand("check", "Check the configuration, and all that it names");
  AddFileOption(check, options.file);
  check.add_flag("--offline", options.check.offline, "Check the file alone, connect to nothing");
  check.add_flag("--write", options.check.write, "Send one test message to each sink");
  check.add_flag("--json", options.check.json, "Tell the result as JSON on stdout");

  CLI::App& health = *app.add_subcommand("health", "Ask the running forwarder if it is alive");
  AddFileOption(health, options.file);

  OperatorCommands operators(app);

  CLI::App& config = *app.add_subcommand("config", "Tell about the configuration file");
  config.require_subcommand(1);
  const CLI::App& schema = *config.add_subcommand("schema", "Print its JSON Schema");
  const CLI::App& example = *config.add_subcommand("example", "Print one with every key in it");
  const CLI::App& reference =
      *config.add_subcommand("reference", "Print the tables of its keys as Markdown");
  CLI::App& print =
      *config.add_subcommand("print", "Print it as it is used, and what each sink guarantees");
  AddFileOption(print, options.file);

  const CLI::App& version = *app.add_subcommand("version", "Print version, commit and libraries");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Zero: --help or --version was asked for. All else is a mistake of usage.
    return app.exit(error, context.out, context.err) == 0 ? kExitDone : kExitUsage;
  }
  if (!options.run.allow_core) ForbidCores();  // before any secret is read
  if (run.parsed()) return Run(options, context);
  if (check.parsed()) return Check(options, context);
  if (health.parsed()) return Health(options, context);
  if (operators.parsed()) {
    const LoadedConfig loaded = Load(operators.file(), context);
    return loaded.config ? operators.Run(*loaded.config, context) : kExitUsage;
  }
  if (schema.parsed()) return Text(ConfigSchema(), context);
  if (example.parsed()) return Text(ConfigExample(), context);
  if (reference.parsed()) return Text(ConfigReference(), context);
  if (print.parsed()) return Print(options, context);
  if (version.parsed()) return Text(VersionText() + "\n", context);
  return kExitUsage;
}

}  // namespace nsf
