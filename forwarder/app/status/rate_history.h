// SPDX-License-Identifier: Apache-2.0
// How fast a stream got on during the last minutes: for the plot of the status page, and for the
// time that a backlog still takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ports/clock.h"

namespace nsf {

// A value, for one thread at a time.
class RateHistory {
 public:
  static constexpr std::chrono::seconds kStep{10};
  static constexpr std::size_t kSteps = 60;

  // What was settled since the start, and the lag; kept when a step has passed since the last one.
  void Note(MonotonicTime now, std::uint64_t settled, std::optional<std::chrono::seconds> lag);

  // Events a second in each step, the oldest first; empty until one has passed.
  std::vector<double> PerSecond() const;
  // How long the backlog takes at the pace of the last minute; absent when it does not shrink.
  std::optional<std::chrono::seconds> TimeLeft() const;

 private:
  struct Point {
    MonotonicTime at;
    std::uint64_t settled = 0;
    std::optional<std::chrono::seconds> lag;
  };
  std::deque<Point> points_;
};

}  // namespace nsf
