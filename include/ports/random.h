// SPDX-License-Identifier: Apache-2.0
// Randomness for jitter, behind a port so that a run can be repeated from its seed.
#pragma once

namespace nsf {

// Used by one thread.
class Random {
 public:
  virtual ~Random() = default;
  // Uniform in [0, 1).
  virtual double Uniform() = 0;
};

}  // namespace nsf
