// SPDX-License-Identifier: Apache-2.0
// Runs a command and writes what it took: wall time, CPU and peak memory of that process alone.
#pragma once

#include <span>
#include <string>

namespace nsf_bench {

// Writes {"code":…,"wall":…,"user":…,"system":…,"rss":…} (seconds, bytes) to `report_file`; a
// signal n is the code 128 + n. `command` is the program with its arguments. Returns 0 whatever the
// code.
//
// This is a program because of the memory: a process starts with the peak of the one that started
// it, and an interpreter is larger than what is to be measured.
int Measure(const std::string& report_file, std::span<char*> command);

}  // namespace nsf_bench
