// SPDX-License-Identifier: Apache-2.0
// A sliding log of requests: unlike a token bucket it never lets a burst add to a full minute.
#include "core/answer/budget.h"

#include <algorithm>
#include <cmath>

namespace nsf {
namespace {

constexpr double kLeastShare = 0.05;
constexpr double kGrowthPerSecond = 0.01;
constexpr std::chrono::seconds kDefaultHold{1};
constexpr double kSparePart = 0.5;

std::size_t AtLeastOne(double count) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(count)));
}

}  // namespace

double Budget::Share(MonotonicTime now) const {
  const double since = std::chrono::duration<double>(now - shrunk_at_).count();
  return std::min(1.0, shrunk_share_ + since * kGrowthPerSecond);
}

std::optional<MonotonicTime> Budget::NextFree(MonotonicTime now, double part) const {
  if (now < held_until_) return held_until_;
  const double share = Share(now) * part;
  const std::size_t in_minute = AtLeastOne(share * settings_.per_minute);
  const std::size_t in_second = AtLeastOne(share * settings_.per_second);
  MonotonicTime free = now;
  // The request `limit` places back must have left the span that counts it.
  const auto wait_for = [&](std::size_t limit, std::chrono::nanoseconds span) {
    if (sent_.size() >= limit) free = std::max(free, sent_[sent_.size() - limit] + span);
  };
  wait_for(in_minute, std::chrono::minutes(1));
  wait_for(in_second, std::chrono::seconds(1));
  if (free > now) return free;
  return std::nullopt;
}

std::optional<MonotonicTime> Budget::Attempt(MonotonicTime now) {
  while (!sent_.empty() && sent_.front() + std::chrono::minutes(1) <= now) sent_.pop_front();
  if (const auto free = NextFree(now, 1)) {
    if (!waiting_since_) waiting_since_ = now;
    return free;
  }
  if (waiting_since_) waited_ += now - *waiting_since_;
  waiting_since_.reset();
  sent_.push_back(now);
  return std::nullopt;
}

std::optional<MonotonicTime> Budget::AttemptSpare(MonotonicTime now) {
  if (const auto free = NextFree(now, kSparePart)) return free;
  return Attempt(now);
}

void Budget::OnThrottled(MonotonicTime now, std::chrono::milliseconds wait) {
  shrunk_share_ = std::max(kLeastShare, Share(now) / 2);
  shrunk_at_ = now;
  held_until_ = std::max(held_until_, now + wait);
}

void Budget::OnStated(MonotonicTime now, std::optional<double> remaining,
                      std::optional<std::chrono::milliseconds> reset) {
  remaining_ = remaining;
  if (!remaining || *remaining >= 1) return;
  held_until_ = std::max(held_until_, now + reset.value_or(kDefaultHold));
}

BudgetSnapshot Budget::Snapshot(MonotonicTime now) const {
  std::chrono::nanoseconds waited = waited_;
  if (waiting_since_) waited += now - *waiting_since_;
  return {remaining_, Share(now) * settings_.per_minute / 60,
          std::chrono::duration_cast<std::chrono::milliseconds>(waited)};
}

}  // namespace nsf
