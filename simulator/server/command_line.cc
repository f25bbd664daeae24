// SPDX-License-Identifier: Apache-2.0
// Flags are shorthand for settings, so that a scenario can say all that a flag can. The scenario is
// applied first, then the flags, then --set.
#include "server/command_line.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

#include "tenant/scenarios.h"

namespace nsf_simulator {
namespace {

struct Raw {
  CommandLine line;
  std::string scenario;
  bool list_scenarios = false;
  bool gzip = false;
  std::vector<std::string> shorthand;  // KEY=VALUE, from the other flags
  std::vector<std::string> set;
};

void PrintTables() {
  std::cout << "scenarios (--scenario NAME):\n";
  for (const Scenario& scenario : Scenarios()) {
    std::cout << "  " << scenario.name << "\n      " << scenario.shows << "\n      "
              << scenario.settings << '\n';
  }
  std::cout << "\nsettings (--set KEY=VALUE, or a scenario file):\n";
  for (const SettingKey& key : SettingKeys()) {
    std::cout << "  " << key.name << '=' << key.values << '\n';
    if (!key.meaning.empty()) std::cout << "      " << key.meaning << '\n';
  }
  std::cout << "\nFAULT:";
  for (std::size_t i = 1; i < kFaultCount; ++i)
    std::cout << ' ' << FaultName(static_cast<Fault>(i));
  std::cout << "\nKIND:";
  for (std::size_t i = 0; i < kOddRowCount; ++i)
    std::cout << ' ' << OddRowName(static_cast<OddRow>(i));
  std::cout << '\n';
}

void AddShorthand(CLI::App* app, Raw* raw, const std::string& flag, const std::string& key,
                  const std::string& help) {
  app->add_option_function<std::string>(
      flag, [raw, key](const std::string& value) { raw->shorthand.push_back(key + '=' + value); },
      help);
}

void Declare(CLI::App* app, Raw* raw) {
  app->set_version_flag("--version", "netskope-simulator " NSF_SIMULATOR_VERSION);
  app->add_option("--listen", raw->line.listen, "HOST:PORT; port 0 takes a free one");
  AddShorthand(app, raw, "--events", "events", "events before the start");
  AddShorthand(app, raw, "--span", "span", "time the events are spread over (23h)");
  AddShorthand(app, raw, "--live", "live", "new events a second");
  AddShorthand(app, raw, "--rate-limit", "rate_limit", "N/min or N/s; 0: none");
  AddShorthand(app, raw, "--rate-limit-headers", "rate_headers", "on, off, or oddly spelt");
  AddShorthand(app, raw, "--seed", "seed", "the same seed gives the same tenant");
  AddShorthand(app, raw, "--dialect", "dialect", "live or guide");
  AddShorthand(app, raw, "--order", "order", "newest, oldest or none");
  app->add_option_function<std::uint64_t>(
      "--delay-ms",
      [raw](std::uint64_t value) {
        raw->shorthand.push_back("delay=" + std::to_string(value) + "ms");
      },
      "wait before each answer");
  app->add_flag("--gzip", raw->gzip, "compress for clients that accept it");
  app->add_option("--scenario", raw->scenario, "a name, or a file of settings");
  app->add_option("--set", raw->set, "KEY=VALUE, any setting; may be repeated")
      ->allow_extra_args(false);
  app->add_flag("--list-scenarios", raw->list_scenarios, "print scenarios and settings, and end");
  app->add_option("--ledger", raw->line.ledger, "file for each event that was ever visible");
  app->add_option("--token-file", raw->line.token_file,
                  "file with the REST token, followed when it changes");
  app->add_option("--tls-cert", raw->line.tls_cert, "PEM chain; needs --tls-key");
  app->add_option("--tls-key", raw->line.tls_key, "PEM key; needs --tls-cert");
  app->add_option("--start-time", raw->line.start_time, "the tenant's time at the start, epoch s")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000}));
}

std::optional<std::string> ApplyScenario(const std::string& scenario, Settings* settings) {
  if (scenario.empty()) return std::nullopt;
  if (const Scenario* known = FindScenario(scenario)) {
    return ApplySettingsText(known->settings, settings);
  }
  std::ifstream file(scenario, std::ios::binary);
  if (!file) {
    return "'" + scenario + "' is neither a scenario nor a readable file; see --list-scenarios";
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (auto fault = ApplySettingsText(text, settings)) return scenario + ": " + *fault;
  return std::nullopt;
}

std::optional<std::string> Resolve(Raw* raw) {
  Settings* settings = &raw->line.settings;
  if (auto fault = ApplyScenario(raw->scenario, settings)) return fault;
  // The dialect sets several keys at once: what is said beside it goes on top.
  std::stable_partition(raw->shorthand.begin(), raw->shorthand.end(),
                        [](const std::string& entry) { return entry.starts_with("dialect="); });
  for (const std::string& assignment : raw->shorthand) {
    if (auto fault = ApplySetting(assignment, settings)) return fault;
  }
  if (raw->gzip) settings->gzip = true;
  for (const std::string& assignment : raw->set) {
    if (auto fault = ApplySetting(assignment, settings)) return fault;
  }
  if (raw->line.tls_cert.empty() != raw->line.tls_key.empty()) {
    return "--tls-cert and --tls-key go together";
  }
  return std::nullopt;
}

}  // namespace

Parsed ParseCommandLine(int argc, const char* const* argv) {
  Raw raw;
  CLI::App app("A simulated Netskope tenant: audit events over the REST API, with its traps",
               "netskope-simulator");
  Declare(&app, &raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {.line = {}, .exit_code = app.exit(error) == 0 ? 0 : 2};
  }
  if (raw.list_scenarios) {
    PrintTables();
    return {.line = {}, .exit_code = 0};
  }
  if (auto fault = Resolve(&raw)) {
    std::cerr << "netskope-simulator: " << *fault << '\n';
    return {.line = {}, .exit_code = 2};
  }
  return {.line = std::move(raw.line), .exit_code = std::nullopt};
}

}  // namespace nsf_simulator
