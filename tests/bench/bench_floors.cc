// SPDX-License-Identifier: Apache-2.0
// The floors: what libcurl and librdkafka alone cost for the work that the forwarder does with
// them. tests/bench/run compares the forwarder with them; each command runs in a process of its
// own.
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

#include "download_floor.h"
#include "measured_command.h"
#include "produce_floor.h"

namespace {

constexpr std::string_view kUsage =
    "bench_floors download URL TOKEN_FILE START END [FILE]\n"
    "                                                    pages of 5000 into nothing, or into "
    "FILE;\n"
    "                                                    START and END are the insertion window,\n"
    "                                                    epoch seconds\n"
    "bench_floors produce BROKERS TOPIC FILE             each line of FILE is a record\n"
    "bench_floors measure REPORT_FILE COMMAND ARGUMENT…  the command's time, CPU and peak memory\n";

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  const std::string_view command = argc > 1 ? arguments[1] : "";
  if (command == "download" && (argc == 6 || argc == 7)) {
    return nsf_bench::Download({.url = arguments[2],
                                .token_file = arguments[3],
                                .start = arguments[4],
                                .end = arguments[5],
                                .file = argc == 7 ? arguments[6] : ""});
  }
  if (command == "produce" && argc == 5) {
    return nsf_bench::Produce(
        {.brokers = arguments[2], .topic = arguments[3], .file = arguments[4]});
  }
  if (command == "measure" && argc > 3) {
    return nsf_bench::Measure(arguments[2], arguments.subspan(3));
  }
  std::fputs(kUsage.data(), stderr);
  return 2;
}
