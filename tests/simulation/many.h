// SPDX-License-Identifier: Apache-2.0
// Many seeds, on all cores: each worker is a process, so that a run that aborts takes no other one
// with it.
#pragma once

#include <cstdint>
#include <string>

namespace nsf::simulation {

// Runs the seeds [from, from + count) and prints each that fails, with its reason and the command
// that repeats it, then a summary: "N seeds, N failed; blocks of 100: N passed, N failed".
// `to_first_failure`: no worker goes on after a seed that failed. `jobs`: 0 for as many as there
// are cores. Returns the exit status.
int RunMany(std::uint64_t from, std::uint64_t count, unsigned jobs, bool to_first_failure,
            const std::string& program);

}  // namespace nsf::simulation
