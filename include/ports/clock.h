// SPDX-License-Identifier: Apache-2.0
// Time comes in as a value, so that every decision can be tested in virtual time: wall time for
// people and protocols, monotonic time for intervals. Neither is ever read inside core/ or
// pipeline/.
#pragma once

#include <chrono>

namespace nsf {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
// The resolution of the tenant's own times (whole epoch seconds).
using WallSeconds = std::chrono::sys_seconds;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// One instant, seen on both clocks.
struct Now {
  WallTime wall;
  MonotonicTime monotonic;
};

// Thread-safe; never blocks.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now Read() const = 0;
};

}  // namespace nsf
