// SPDX-License-Identifier: Apache-2.0
// Every choice of a run: the same seed gives the same run on every machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "ports/random.h"
#include "tenant/random.h"

namespace nsf::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  // Both ends included.
  std::int64_t Between(std::int64_t least, std::int64_t most) {
    return least +
           static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(most - least) + 1));
  }
  template <typename Duration>
  Duration Within(Duration least, Duration most) {
    return Duration(Between(least.count(), most.count()));
  }
  // True so many times of a thousand.
  bool Permille(unsigned share) { return random_.Below(1000) < share; }
  template <typename T>
  T Pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(random_.Below(from.size()))];
  }
  std::uint64_t Next() { return random_.Next(); }

 private:
  nsf_simulator::Random random_;
};

// The same behind the forwarder's port.
class DiceRandom final : public Random {
 public:
  explicit DiceRandom(std::uint64_t seed) : random_(seed) {}
  double Uniform() override { return static_cast<double>(random_.Next() >> 11U) * 0x1p-53; }

 private:
  nsf_simulator::Random random_;
};

}  // namespace nsf::simulation
