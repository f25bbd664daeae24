// SPDX-License-Identifier: Apache-2.0
// Workers that report through pipes.
#include "simulation/many.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "simulation/scenario.h"
#include "simulation/world.h"

namespace nsf::simulation {
namespace {

constexpr std::uint64_t kBlock = 100;

struct Worker {
  pid_t process = 0;
  std::FILE* report = nullptr;
};

std::string RunSeed(std::uint64_t seed) {
  try {
    return World(DrawScenario(seed), nullptr, nullptr).Run().value_or("");
  } catch (const std::exception& error) {
    return error.what();
  }
}

// A line before each seed, and one more for each that fails.
void Work(std::uint64_t first, std::uint64_t end, unsigned step, bool to_failure,
          std::FILE* report) {
  for (std::uint64_t seed = first; seed < end; seed += step) {
    std::fprintf(report, "begin %ju\n", static_cast<std::uintmax_t>(seed));
    std::fflush(report);
    const std::string wrong = RunSeed(seed);
    if (!wrong.empty()) {
      std::fprintf(report, "failed %ju %s\n", static_cast<std::uintmax_t>(seed), wrong.c_str());
      if (to_failure) break;
    }
  }
  std::fprintf(report, "end\n");
  std::fflush(report);
}

Worker StartWorker(std::uint64_t first, std::uint64_t end, unsigned step, bool to_failure) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t process = fork();
  if (process < 0) throw std::runtime_error("no process");
  if (process == 0) {
    close(ends[0]);
    Work(first, end, step, to_failure, fdopen(ends[1], "w"));
    _exit(0);
  }
  close(ends[1]);
  return {process, fdopen(ends[0], "r")};
}

// What failed, by seed.
using Failures = std::map<std::uint64_t, std::string>;

void Collect(const Worker& worker, Failures* failures) {
  char line[4096];
  std::uint64_t last = 0;
  bool ended = false;
  while (std::fgets(line, sizeof line, worker.report) != nullptr) {
    std::uintmax_t seed = 0;
    int at = 0;
    ended = std::string(line) == "end\n";
    if (std::sscanf(line, "begin %ju", &seed) == 1) last = seed;
    if (std::sscanf(line, "failed %ju %n", &seed, &at) == 1) (*failures)[seed] = line + at;
  }
  std::fclose(worker.report);
  int status = 0;
  waitpid(worker.process, &status, 0);
  if (!ended) (*failures)[last] = "the program died, and with it the seeds after this one\n";
}

}  // namespace

int RunMany(std::uint64_t from, std::uint64_t count, unsigned jobs, bool to_first_failure,
            const std::string& program) {
  if (jobs == 0) jobs = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Worker> workers;
  for (unsigned i = 0; i < jobs; ++i)
    workers.push_back(StartWorker(from + i, from + count, jobs, to_first_failure));
  Failures failures;
  std::vector<std::thread> readers;
  std::vector<Failures> found(workers.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    readers.emplace_back([&, i] { Collect(workers[i], &found[i]); });
  }
  for (std::thread& reader : readers) reader.join();
  for (const Failures& some : found) failures.insert(some.begin(), some.end());
  std::set<std::uint64_t> blocks;
  for (const auto& [seed, wrong] : failures) {
    std::cout << "seed " << seed << ": " << wrong << "  " << program << " --seed " << seed
              << " --verbose\n";
    blocks.insert((seed - from) / kBlock);
  }
  const std::uint64_t all = (count + kBlock - 1) / kBlock;
  std::cout << count << " seeds, " << failures.size() << " failed; blocks of " << kBlock << ": "
            << all - blocks.size() << " passed, " << blocks.size() << " failed\n";
  return failures.empty() ? 0 : 1;
}

}  // namespace nsf::simulation
