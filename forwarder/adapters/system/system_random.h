// SPDX-License-Identifier: Apache-2.0
// Randomness for jitter, seeded by the system. Not for secrets.
#pragma once

#include <random>

#include "ports/random.h"

namespace nsf {

class SystemRandom : public Random {
 public:
  SystemRandom();
  double Uniform() override;

 private:
  std::mt19937_64 generator_;
};

}  // namespace nsf
