// SPDX-License-Identifier: Apache-2.0
// The state of a stream, judged from what is known of it: docs/METRICS.md has the table for users.
// Silence counts: a stream of which nothing is heard is stalled, whatever the reason.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ports/clock.h"
#include "ports/health.h"

namespace nsf {

// Reasons are words for labels: those of StreamSnapshot::blocked_reason, and "sink", "dead_letter",
// "state", "tenant", "silent" (stalled), "rate_limited" (throttled), "starting", "backlog",
// "behind" (catching up).
struct HealthFacts {
  std::string blocked_reason;  // empty: not blocked
  // A batch waits for a sink, the dead letter or the state, since then.
  std::optional<MonotonicTime> undelivered_since;
  std::string waits_for = "sink";                 // "sink", "dead_letter", "state"
  std::optional<MonotonicTime> unanswered_since;  // every request has failed since then
  // The tenant has limited the rate again and again since then; `limited_until`: it still does.
  std::optional<MonotonicTime> limited_since;
  MonotonicTime limited_until{};
  MonotonicTime heard_at{};  // last answer, or outcome of a batch
  bool tried = false;        // any answer was ever judged
  bool caught_up = false;    // the present was reached since the start
  std::optional<std::chrono::seconds> lag;
  std::chrono::milliseconds poll_interval{30'000};
  std::chrono::milliseconds timeout{180'000};  // of a request
};

struct HealthVerdict {
  StreamState state = StreamState::kCatchingUp;
  std::string reason;
  std::optional<MonotonicTime> since;  // where the facts tell; else since it was first judged so
};

HealthVerdict JudgeHealth(const HealthFacts& facts, MonotonicTime now);

// Remembers since when a stream has been as it is. For one thread at a time.
class HealthHistory {
 public:
  StreamHealth Note(const HealthVerdict& verdict, const Now& now);

 private:
  std::optional<StreamHealth> last_;
};

}  // namespace nsf
