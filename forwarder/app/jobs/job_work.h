// SPDX-License-Identifier: Apache-2.0
// One job being carried out by the owner of the state.
#pragma once

#include "ports/clock.h"

namespace nsf {

// Used by the loop's thread. What it does is settled in the state together with its progress, so
// that it can be cut off anywhere and gone on with after a restart.
class JobWork {
 public:
  virtual ~JobWork() = default;
  // Does what can be done now; never blocks for long.
  virtual void Step(const Now& now) = 0;
  // Asks it to stop early; what is not begun is left as it was.
  virtual void Cancel() = 0;
  // Its end stands in the state; it has nothing under way.
  virtual bool ended() const = 0;
};

}  // namespace nsf
