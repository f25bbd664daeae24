// SPDX-License-Identifier: Apache-2.0
// The clocks of this machine.
#pragma once

#include "ports/clock.h"

namespace nsf {

class SystemClock : public Clock {
 public:
  Now Read() const override;
};

}  // namespace nsf
