// SPDX-License-Identifier: Apache-2.0
// Randomness for jitter: see the header.
#include "adapters/system/system_random.h"

namespace nsf {
namespace {

std::mt19937_64 Seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

}  // namespace

SystemRandom::SystemRandom() : generator_(Seeded()) {}

double SystemRandom::Uniform() {
  // 53 bits are what a double holds: exact, and never 1.
  return static_cast<double>(generator_() >> 11) * 0x1.0p-53;
}

}  // namespace nsf
