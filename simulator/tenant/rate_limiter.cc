// SPDX-License-Identifier: Apache-2.0
// Counts requests by period, by bucket and by sliding stretch.
#include "tenant/rate_limiter.h"

#include <algorithm>

namespace nsf_simulator {

RateLimiter::RateLimiter(std::uint64_t limit, std::chrono::seconds period, RateKind kind,
                         std::uint64_t shared_percent)
    : limit_(limit),
      period_(std::chrono::milliseconds(period).count()),
      kind_(kind),
      ours_(std::max<std::uint64_t>(limit - limit * shared_percent / 100, 1)) {}

RateVerdict RateLimiter::Take(Time now) {
  if (limit_ == 0) return {};
  const std::int64_t at = now.time_since_epoch().count();
  return kind_ == RateKind::kBucket ? TakeOfBucket(at) : TakeOfPeriod(at);
}

RateVerdict RateLimiter::TakeOfPeriod(std::int64_t now) {
  const std::int64_t period = now / period_;
  if (period != current_) {
    current_ = period;
    taken_ = 0;
  }
  const std::chrono::milliseconds left((period + 1) * period_ - now);
  RateVerdict verdict{.allowed = taken_ < ours_,
                      .reset = std::chrono::ceil<std::chrono::seconds>(left)};
  if (verdict.allowed) ++taken_;
  verdict.remaining = ours_ - taken_;
  return verdict;
}

RateVerdict RateLimiter::TakeOfBucket(std::int64_t now) {
  const auto rate = static_cast<std::int64_t>(ours_);
  const std::int64_t full = rate * period_;
  const std::int64_t passed = filled_at_ < 0 ? period_ : std::min(now - filled_at_, period_);
  level_ = std::min(level_ + passed * rate, full);
  filled_at_ = now;
  RateVerdict verdict{.allowed = level_ >= period_};
  if (verdict.allowed) level_ -= period_;
  verdict.remaining = static_cast<std::uint64_t>(level_ / period_);
  const std::chrono::milliseconds left((period_ - level_ % period_ + rate - 1) / rate);
  verdict.reset = std::chrono::ceil<std::chrono::seconds>(left);
  return verdict;
}

void DensestStretch::Note(Time now) {
  recent_.push_back(now);
  while (recent_.front() <= now - length_) recent_.pop_front();
  most_ = std::max<std::uint64_t>(most_, recent_.size());
}

}  // namespace nsf_simulator
