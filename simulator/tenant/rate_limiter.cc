// SPDX-License-Identifier: Apache-2.0
// Counts requests by period and by sliding stretch.
#include "tenant/rate_limiter.h"

#include <algorithm>

namespace nsf_simulator {

RateVerdict RateLimiter::Take(Time now) {
  if (limit_ == 0) return {};
  const std::chrono::milliseconds since_epoch = now.time_since_epoch();
  const std::int64_t period = since_epoch / period_;
  if (period != current_) {
    current_ = period;
    taken_ = 0;
  }
  const auto left = (period + 1) * period_ - since_epoch;
  RateVerdict verdict{.allowed = taken_ < limit_,
                      .reset = std::chrono::ceil<std::chrono::seconds>(left)};
  if (verdict.allowed) ++taken_;
  verdict.remaining = limit_ - taken_;
  return verdict;
}

void DensestStretch::Note(Time now) {
  recent_.push_back(now);
  while (recent_.front() <= now - length_) recent_.pop_front();
  most_ = std::max<std::uint64_t>(most_, recent_.size());
}

}  // namespace nsf_simulator
