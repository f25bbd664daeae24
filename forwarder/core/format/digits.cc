// SPDX-License-Identifier: Apache-2.0
// Numbers of several digits.
#include "core/format/digits.h"

#include <array>
#include <bit>

namespace nsf {
namespace {

// 1, 10, 100, … as far as 64 bits go.
constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& one : powers) {
    one = power;
    power *= 10;
  }
  return powers;
}();

// Of a number that is not 0. A bit is 0.30103 digits, so this is found, or one less.
std::size_t CountDigits(std::uint64_t value) {
  const std::size_t digits = static_cast<std::size_t>(std::bit_width(value)) * 1233 >> 12;
  return digits + (value >= kPowersOfTen[digits] ? 1 : 0);
}

}  // namespace

char* WriteLongInteger(std::int64_t value, char* to) {
  auto rest = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *to++ = '-';
    rest = -rest;
  }
  char* const end = to + CountDigits(rest);
  char* at = end;
  for (; rest >= 10; rest /= 100) WriteTwoDigits(rest % 100, at -= 2);
  if (rest > 0) *--at = static_cast<char>('0' + rest);
  return end;
}

}  // namespace nsf
