// SPDX-License-Identifier: Apache-2.0
#include "measured_command.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <vector>

namespace nsf_bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void Become(std::span<char*> command) {
  // The command ends with this process, so that a bench that is cut short leaves nothing behind.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> arguments(command.begin(), command.end());
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  std::perror(arguments[0]);
  _exit(127);
}

}  // namespace

int Measure(const std::string& report_file, std::span<char*> command) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) Become(command);
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) != child) {
    std::perror("bench_floors: measure");
    return 1;
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::FILE* report = std::fopen(report_file.c_str(), "we");
  if (report == nullptr) {
    std::perror(report_file.c_str());
    return 1;
  }
  std::fprintf(report, R"({"code":%d,"wall":%.6f,"user":%.6f,"system":%.6f,"rss":%lld})", code,
               wall.count(), Seconds(used.ru_utime), Seconds(used.ru_stime),
               static_cast<long long>(used.ru_maxrss) * 1024);
  return std::fclose(report) == 0 ? 0 : 1;
}

}  // namespace nsf_bench
