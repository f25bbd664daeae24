// SPDX-License-Identifier: Apache-2.0
// Exponential back-off with full jitter: many clients that failed together must not come back
// together.
#pragma once

#include <chrono>

#include "ports/random.h"

namespace nsf {

struct BackoffSettings {
  std::chrono::milliseconds first{500};
  std::chrono::milliseconds longest{60'000};
};

// Before a tenant that failed, or throttles and does not say for how long, is asked again.
inline constexpr BackoffSettings kFailureBackoff{std::chrono::milliseconds(500),
                                                 std::chrono::milliseconds(60'000)};
inline constexpr BackoffSettings kThrottleBackoff{std::chrono::milliseconds(2'000),
                                                  std::chrono::milliseconds(60'000)};

// The pause before retry number `attempt` (0 for the first): uniform between 1 ms and the smaller
// of `longest` and first * 2^attempt.
std::chrono::milliseconds BackoffDelay(int attempt, const BackoffSettings& settings,
                                       Random& random);

}  // namespace nsf
