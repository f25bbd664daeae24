// SPDX-License-Identifier: Apache-2.0
// Back-off.
#include "core/answer/backoff.h"

#include <algorithm>

namespace nsf {

std::chrono::milliseconds BackoffDelay(int attempt, const BackoffSettings& settings,
                                       Random& random) {
  constexpr int kMostDoublings = 20;  // the longest pause is reached long before; no overflow
  const auto grown = settings.first * (1LL << std::clamp(attempt, 0, kMostDoublings));
  const auto ceiling = std::min<std::chrono::milliseconds>(grown, settings.longest);
  const double jittered = random.Uniform() * static_cast<double>(ceiling.count());
  return std::max(std::chrono::milliseconds(1),
                  std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(jittered)));
}

}  // namespace nsf
