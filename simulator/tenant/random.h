// SPDX-License-Identifier: Apache-2.0
// Deterministic pseudo-random numbers: one seed gives the same tenant on every machine, which the
// distributions of <random> do not promise.
#pragma once

#include <cstdint>

namespace nsf_simulator {

// A bijection of 64 bits that scatters neighbours: distinct inputs stay distinct.
constexpr std::uint64_t Scatter(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

constexpr std::uint64_t Scatter(std::uint64_t a, std::uint64_t b) {
  return Scatter(a ^ Scatter(b));
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() { return Scatter(state_++); }

  // 0 … bound-1; bound is at least 1.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }

  bool Percent(std::uint64_t percent) { return Below(100) < percent; }

  template <typename Container>
  const auto& Pick(const Container& from) {
    return from[static_cast<std::size_t>(Below(from.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace nsf_simulator
