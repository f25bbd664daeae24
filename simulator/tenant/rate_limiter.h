// SPDX-License-Identifier: Apache-2.0
// The gateway's rate limit: so many requests in each period of the clock, or a bucket that refills
// as time passes. Beside it, what the client really did: its densest second and its densest minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "tenant/settings.h"

namespace nsf_simulator {

struct RateVerdict {
  bool allowed = true;
  std::uint64_t remaining = 0;
  std::chrono::seconds reset{0};  // until there is room again, rounded up
};

class RateLimiter {
 public:
  // A limit of 0 allows everything. Other clients use `shared_percent` of it.
  RateLimiter(std::uint64_t limit, std::chrono::seconds period, RateKind kind,
              std::uint64_t shared_percent);

  RateVerdict Take(Time now);

  std::uint64_t limit() const { return limit_; }

 private:
  RateVerdict TakeOfPeriod(std::int64_t now);
  RateVerdict TakeOfBucket(std::int64_t now);

  std::uint64_t limit_;
  std::int64_t period_;  // milliseconds
  RateKind kind_;
  std::uint64_t ours_;  // requests that the others leave us in a period
  std::int64_t current_ = -1;
  std::uint64_t taken_ = 0;
  // The bucket, in requests times period, so that a millisecond refills a whole number.
  std::int64_t filled_at_ = -1;
  std::int64_t level_ = 0;
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
