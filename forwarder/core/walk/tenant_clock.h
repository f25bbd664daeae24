// SPDX-License-Identifier: Apache-2.0
// The tenant's time: its answers' `Date`, carried on by our monotonic clock. Windows are cut by it,
// so that a forwarder whose own clock is an hour off loses nothing.
#pragma once

#include <optional>

#include "ports/clock.h"

namespace nsf {

class TenantClock {
 public:
  // An answer dated `date` was received at `received`. The estimate never runs ahead of the tenant:
  // an answer is received after it was dated, and a date is cut to whole seconds, so of close
  // estimates the later one is right; a clear step back is believed.
  void Observe(WallSeconds date, const Now& received);

  bool known() const { return anchor_.has_value(); }
  // The tenant's now; our own wall clock until an answer was dated.
  WallTime At(const Now& now) const;
  // Tenant minus own. Absent until known.
  std::optional<std::chrono::milliseconds> Skew(const Now& now) const;

 private:
  struct Anchor {
    WallTime tenant;
    MonotonicTime monotonic;
  };
  std::optional<Anchor> anchor_;
};

}  // namespace nsf
