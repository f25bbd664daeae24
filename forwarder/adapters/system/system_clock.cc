// SPDX-License-Identifier: Apache-2.0
// The clocks of this machine: see the header.
#include "adapters/system/system_clock.h"

#include <chrono>

namespace nsf {

Now SystemClock::Read() const {
  return {std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
          std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now())};
}

}  // namespace nsf
