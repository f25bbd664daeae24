// SPDX-License-Identifier: Apache-2.0
// Anchoring the tenant's time.
#include "core/walk/tenant_clock.h"

namespace nsf {
namespace {

// Below this a smaller estimate is the cut second and the way of the answer, above it a step.
constexpr std::chrono::milliseconds kStep{5'000};

}  // namespace

void TenantClock::Observe(WallSeconds date, const Now& received) {
  const WallTime dated = date;
  if (anchor_) {
    const WallTime estimate = At(received);
    if (dated <= estimate && estimate - dated < kStep) return;
  }
  anchor_ = Anchor{dated, received.monotonic};
}

WallTime TenantClock::At(const Now& now) const {
  if (!anchor_) return now.wall;
  return anchor_->tenant +
         std::chrono::floor<std::chrono::milliseconds>(now.monotonic - anchor_->monotonic);
}

std::optional<std::chrono::milliseconds> TenantClock::Skew(const Now& now) const {
  if (!anchor_) return std::nullopt;
  return At(now) - now.wall;
}

}  // namespace nsf
