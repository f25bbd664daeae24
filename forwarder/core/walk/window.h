// SPDX-License-Identifier: Apache-2.0
// A piece of the tenant's time. Whole seconds, because the tenant's times are: no bound cuts one.
#pragma once

#include "ports/clock.h"

namespace nsf {

// Half-open: [start, end).
struct Window {
  WallSeconds start;
  WallSeconds end;

  friend bool operator==(const Window&, const Window&) = default;
};

}  // namespace nsf
