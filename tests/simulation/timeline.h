// SPDX-License-Identifier: Apache-2.0
// Virtual time: what is to happen, in order. Nothing in a run reads a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "ports/clock.h"

namespace nsf::simulation {

inline constexpr MonotonicTime kBegin{std::chrono::hours(1000)};
inline constexpr WallTime kWallBegin{std::chrono::seconds(1'760'000'000)};

// Monotonic time as the time of the world: what a right clock on a wall shows.
inline WallTime TrueTime(MonotonicTime time) {
  return kWallBegin + std::chrono::floor<std::chrono::milliseconds>(time - kBegin);
}

class Timeline {
 public:
  using Action = std::function<void()>;

  MonotonicTime now() const { return now_; }
  // max() while nothing is to happen.
  MonotonicTime next() const { return heap_.empty() ? MonotonicTime::max() : heap_.front().time; }

  void After(std::chrono::nanoseconds pause, Action action);
  // Lets the next action happen; there is one.
  void RunNext();
  // Nothing happens in between.
  void MoveTo(MonotonicTime time) { now_ = std::max(now_, time); }
  // All that was to happen does not.
  void Clear() { heap_.clear(); }

 private:
  struct Event {
    MonotonicTime time;
    std::uint64_t number = 0;  // of equal times the first one planned comes first
    Action action;
  };
  static bool Later(const Event& a, const Event& b) {
    return a.time != b.time ? a.time > b.time : a.number > b.number;
  }

  MonotonicTime now_ = kBegin;
  std::uint64_t planned_ = 0;
  std::vector<Event> heap_;
};

}  // namespace nsf::simulation
