// SPDX-License-Identifier: Apache-2.0
// The command: one seed told at length, or many of them on all cores.
//   simulate --seed N [--verbose] [--traits] [--traffic FILE]
//   simulate --seeds FROM:COUNT [--jobs N] [--first]
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/many.h"
#include "simulation/scenario.h"
#include "simulation/world.h"

namespace nsf::simulation {
namespace {

struct Arguments {
  std::optional<std::uint64_t> seed;
  std::uint64_t from = 0, count = 0;
  unsigned jobs = 0;
  bool verbose = false;
  bool traits = false;
  bool first = false;
  std::string traffic;
};

constexpr std::string_view kUsage =
    "simulate --seed N [--verbose] [--traffic FILE]: one run\n"
    "simulate --seed N --traits: what is drawn, without a run\n"
    "simulate --seeds FROM:COUNT [--jobs N] [--first]: many runs, on all cores; to the first "
    "failure\n";

bool Number(std::string_view text, std::uint64_t* to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *to);
  return error == std::errc() && end == text.data() + text.size();
}

bool Range(std::string_view text, Arguments* to) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && Number(text.substr(0, colon), &to->from) &&
         Number(text.substr(colon + 1), &to->count) && to->count > 0;
}

std::optional<Arguments> Read(const std::vector<std::string_view>& words) {
  Arguments read;
  for (std::size_t i = 0; i < words.size(); ++i) {
    read.verbose = read.verbose || words[i] == "--verbose";
    read.traits = read.traits || words[i] == "--traits";
    read.first = read.first || words[i] == "--first";
    if (words[i] == "--verbose" || words[i] == "--traits" || words[i] == "--first") continue;
    if (i + 1 == words.size()) return std::nullopt;
    const std::string_view value = words[i + 1];
    std::uint64_t number = 0;
    if (words[i] == "--traffic") {
      read.traffic = value;
    } else if (words[i] == "--seeds") {
      if (!Range(value, &read)) return std::nullopt;
    } else if (words[i] == "--seed" && Number(value, &number)) {
      read.seed = number;
    } else if (words[i] == "--jobs" && Number(value, &number)) {
      read.jobs = static_cast<unsigned>(number);
    } else {
      return std::nullopt;
    }
    ++i;
  }
  if (read.seed.has_value() == (read.count > 0)) return std::nullopt;
  return read;
}

int RunOne(const Arguments& arguments) {
  const Scenario scenario = DrawScenario(*arguments.seed);
  std::ofstream file;
  World::Note traffic;
  World::Note log;
  if (!arguments.traffic.empty()) {
    file.open(arguments.traffic);
    if (!file) {
      std::cerr << "simulate: cannot write " << arguments.traffic << '\n';
      return 2;
    }
    traffic = [&file](const std::string& line) { file << line << '\n'; };
  }
  if (arguments.verbose || arguments.traits) {
    for (const std::string& trait : scenario.traits) std::cout << trait << '\n';
  }
  if (arguments.traits) return 0;
  if (arguments.verbose) {
    log = [](const std::string& line) { std::cout << line << '\n'; };
  }
  World world(scenario, traffic, log);
  const auto wrong = world.Run();
  std::cout << "seed " << *arguments.seed << ": " << world.events() << " events, "
            << world.crashes() << " crashes: " << wrong.value_or("all is well") << '\n';
  return wrong ? 1 : 0;
}

}  // namespace
}  // namespace nsf::simulation

int main(int argc, char** argv) {
  using namespace nsf::simulation;
  const auto arguments = Read({argv + 1, argv + argc});
  if (!arguments) {
    std::cerr << kUsage;
    return 2;
  }
  try {
    if (arguments->seed) return RunOne(*arguments);
    return RunMany(arguments->from, arguments->count, arguments->jobs, arguments->first, argv[0]);
  } catch (const std::exception& error) {
    std::cerr << "simulate: " << error.what() << '\n';
    return 1;
  }
}
