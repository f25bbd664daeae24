// SPDX-License-Identifier: Apache-2.0
// Judging health.
#include "core/health/health.h"

#include <algorithm>

namespace nsf {
namespace {

// What passes by itself within this time is not worth a word: three polls, and a minute at least.
constexpr int kPolls = 3;
constexpr std::chrono::minutes kLeastPatience{1};
// A lag below it is that of a stream that waits for its windows to settle.
constexpr std::chrono::minutes kLeastBehind{15};

std::chrono::milliseconds Patience(const HealthFacts& facts) {
  return std::max<std::chrono::milliseconds>(kPolls * facts.poll_interval, kLeastPatience);
}

bool IsBehind(const HealthFacts& facts) {
  return facts.lag && *facts.lag > std::max<std::chrono::milliseconds>(kPolls * facts.poll_interval,
                                                                       kLeastBehind);
}

}  // namespace

HealthVerdict JudgeHealth(const HealthFacts& facts, MonotonicTime now) {
  const auto patience = Patience(facts);
  const auto lasts = [&](const std::optional<MonotonicTime>& since) {
    return since && now - *since >= patience;
  };
  if (!facts.blocked_reason.empty()) return {StreamState::kBlocked, facts.blocked_reason, {}};
  if (lasts(facts.undelivered_since)) {
    return {StreamState::kStalled, facts.waits_for, facts.undelivered_since};
  }
  if (lasts(facts.unanswered_since)) {
    return {StreamState::kStalled, "tenant", facts.unanswered_since};
  }
  if (facts.limited_since && now < facts.limited_until) {
    return {StreamState::kThrottled, "rate_limited", facts.limited_since};
  }
  // A request that hangs is heard of when its time is over.
  if (now - std::max(facts.heard_at, facts.limited_until) >= patience + facts.timeout) {
    return {StreamState::kStalled, "silent", facts.heard_at};
  }
  if (!facts.tried) return {StreamState::kCatchingUp, "starting", {}};
  if (!facts.caught_up) return {StreamState::kCatchingUp, "backlog", {}};
  if (IsBehind(facts)) return {StreamState::kCatchingUp, "behind", {}};
  return {StreamState::kHealthy, {}, {}};
}

StreamHealth HealthHistory::Note(const HealthVerdict& verdict, const Now& now) {
  if (!last_ || last_->state != verdict.state || last_->reason != verdict.reason) {
    const auto ago = verdict.since ? now.monotonic - *verdict.since : std::chrono::nanoseconds(0);
    last_ = StreamHealth{verdict.state, verdict.reason,
                         now.wall - std::chrono::duration_cast<std::chrono::milliseconds>(ago)};
  }
  return *last_;
}

}  // namespace nsf
