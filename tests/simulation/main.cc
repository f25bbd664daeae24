// SPDX-License-Identifier: Apache-2.0
// simulate --seed N [--traffic FILE]   one seed, told in words
// simulate --seeds FROM:COUNT          many, on all cores; each that fails is printed with the
//                                      command that repeats it
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "simulation/world.h"

namespace nsf::simulation {
namespace {

int RunOne(std::uint64_t seed, const std::string& traffic_file) {
  const Scenario scenario = DrawScenario(seed);
  for (const std::string& word : scenario.words) std::cout << word << '\n';
  std::ofstream traffic;
  if (!traffic_file.empty()) traffic.open(traffic_file);
  World world(scenario, traffic_file.empty() ? nullptr : &traffic);
  const auto failures = world.Run();
  for (const std::string& failure : failures) std::cout << "FAILED: " << failure << '\n';
  std::cout << "seed " << seed << ": " << world.steps() << " steps\n";
  return failures.empty() ? 0 : 1;
}

// Every `of`th seed. How many failed, at most 255.
int RunShare(std::uint64_t from, std::uint64_t count, std::uint64_t share, std::uint64_t of) {
  int failed = 0;
  for (std::uint64_t seed = from + share; seed < from + count; seed += of) {
    const Scenario scenario = DrawScenario(seed);
    const auto failures = World(scenario, nullptr).Run();
    if (failures.empty()) continue;
    failed = std::min(failed + 1, 255);
    std::cout << "FAILED: " + failures.front() + "\n  again: simulate --seed " +
                     std::to_string(seed) + '\n'
              << std::flush;
  }
  return failed;
}

int RunMany(std::uint64_t from, std::uint64_t count) {
  const std::uint64_t shares = std::max(1U, std::thread::hardware_concurrency());
  std::vector<pid_t> children;
  for (std::uint64_t share = 0; share < shares; ++share) {
    const pid_t child = fork();
    if (child == 0) std::_Exit(RunShare(from, count, share, shares));
    children.push_back(child);
  }
  int failed = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    failed += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  std::cout << count << " seeds from " << from << ": "
            << (failed == 0 ? "all passed" : std::to_string(failed) + " failed") << '\n';
  return failed == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  std::string traffic;
  std::optional<std::uint64_t> seed;
  std::string seeds;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--seeds") seeds = argv[i + 1];
    if (option == "--traffic") traffic = argv[i + 1];
  }
  if (seed) return RunOne(*seed, traffic);
  const std::size_t colon = seeds.find(':');
  if (colon == std::string::npos) {
    std::cerr << "usage: simulate --seed N [--traffic FILE] | --seeds FROM:COUNT\n";
    return 2;
  }
  return RunMany(std::strtoull(seeds.c_str(), nullptr, 10),
                 std::strtoull(seeds.c_str() + colon + 1, nullptr, 10));
}

}  // namespace
}  // namespace nsf::simulation

int main(int argc, char** argv) { return nsf::simulation::Main(argc, argv); }
