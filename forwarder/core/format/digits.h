// SPDX-License-Identifier: Apache-2.0
// Decimal digits, two at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nsf {

// "00" to "99".
inline constexpr std::array<char, 200> kTwoDigits = [] {
  std::array<char, 200> digits{};
  for (std::size_t i = 0; i < 100; ++i) {
    digits[2 * i] = static_cast<char>('0' + i / 10);
    digits[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return digits;
}();

// `value` is below 100. Returns what is behind its digits.
inline char* WriteTwoDigits(std::size_t value, char* to) {
  std::memcpy(to, kTwoDigits.data() + 2 * value, 2);
  return to + 2;
}

// Of an integer, with a sign.
inline constexpr std::size_t kMostDigits = 20;

// Writes an integer to `to`, where kMostDigits are free; returns what is behind it. It is
// independent of the locale.
char* WriteLongInteger(std::int64_t value, char* to);  // one that is not 0
inline char* WriteInteger(std::int64_t value, char* to) {
  if (value < 0 || value >= 10) return WriteLongInteger(value, to);
  *to = static_cast<char>('0' + value);  // most are
  return to + 1;
}

}  // namespace nsf
