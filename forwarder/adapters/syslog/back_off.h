// SPDX-License-Identifier: Apache-2.0
// When a receiver that could not be reached is tried again; pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "adapters/syslog/wait.h"

namespace nsf::syslog {

class BackOff {
 public:
  BackOff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest), pause_(first) {}

  // The next attempt is put off, each time for twice as long.
  void Postpone(SteadyTime now) {
    next_ = now + pause_;
    pause_ = std::min(pause_ * 2, longest_);
  }
  // The receiver has proven to be there: the next pause is the shortest.
  void Reset() { pause_ = first_; }

  SteadyTime next() const { return next_; }

 private:
  const std::chrono::milliseconds first_;
  const std::chrono::milliseconds longest_;
  std::chrono::milliseconds pause_;
  SteadyTime next_;
};

}  // namespace nsf::syslog
