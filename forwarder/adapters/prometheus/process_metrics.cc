// SPDX-License-Identifier: Apache-2.0
// Reads /proc/self: see proc(5).
#include "adapters/prometheus/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace nsf {
namespace {

// Fields of /proc/self/stat, counted from the one after the name in parentheses (field 3).
constexpr std::size_t kUserTicks = 14 - 3;
constexpr std::size_t kSystemTicks = 15 - 3;
constexpr std::size_t kStartTicks = 22 - 3;
constexpr std::size_t kVirtualBytes = 23 - 3;
constexpr std::size_t kResidentPages = 24 - 3;

std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::string state;
  rest >> state;
  std::vector<double> fields{0};  // the state is a letter
  for (double field = 0; rest >> field;) fields.push_back(field);
  return fields;
}

// Seconds since the epoch.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator begin("/proc/self/fd", error);
  if (error) return std::nullopt;
  // Less the one that lists them.
  return static_cast<double>(std::distance(begin, {}) - 1);
}

}  // namespace

void AddProcessMetrics(MetricPage* page) {
  const std::vector<double> fields = StatFields();
  if (fields.size() > kResidentPages) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    page->Counter("cpu_seconds_total", "Total user and system CPU time spent in seconds.", {},
                  (fields[kUserTicks] + fields[kSystemTicks]) / ticks);
    page->Gauge("resident_memory_bytes", "Resident memory size in bytes.", {},
                fields[kResidentPages] * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    page->Gauge("virtual_memory_bytes", "Virtual memory size in bytes.", {}, fields[kVirtualBytes]);
    if (const auto boot = BootTime()) {
      page->Gauge("start_time_seconds", "Start time of the process since unix epoch in seconds.",
                  {}, *boot + fields[kStartTicks] / ticks);
    }
  }
  if (const auto open = OpenDescriptors()) {
    page->Gauge("open_fds", "Number of open file descriptors.", {}, *open);
  }
  struct rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    page->Gauge("max_fds", "Maximum number of open file descriptors.", {},
                static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace nsf
