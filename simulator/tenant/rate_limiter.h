// SPDX-License-Identifier: Apache-2.0
// The gateway's rate limit: so many requests in each period of the clock, as gateways count. Beside
// it, what the client really did: its densest second and its densest minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "tenant/settings.h"

namespace nsf_simulator {

struct RateVerdict {
  bool allowed = true;
  std::uint64_t remaining = 0;
  std::chrono::seconds reset{0};  // until the period ends, rounded up
};

class RateLimiter {
 public:
  // A limit of 0 allows everything.
  RateLimiter(std::uint64_t limit, std::chrono::seconds period) : limit_(limit), period_(period) {}

  RateVerdict Take(Time now);

 private:
  std::uint64_t limit_;
  std::chrono::seconds period_;
  std::int64_t current_ = -1;
  std::uint64_t taken_ = 0;
};

// The most requests in any stretch of time of one length, wherever it begins.
class DensestStretch {
 public:
  explicit DensestStretch(std::chrono::milliseconds length) : length_(length) {}

  void Note(Time now);
  std::uint64_t most() const { return most_; }

 private:
  std::chrono::milliseconds length_;
  std::deque<Time> recent_;
  std::uint64_t most_ = 0;
};

}  // namespace nsf_simulator
