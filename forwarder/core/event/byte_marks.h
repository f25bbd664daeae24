// SPDX-License-Identifier: Apache-2.0
// Looking at eight bytes at a time. A mark is the highest bit of a byte; there may be false ones
// above the lowest, which is true: only whether there are any, and which is the first, means
// anything.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nsf {

using ByteMarks = std::uint64_t;

inline constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
inline constexpr std::uint64_t kEveryByte = 0x0101010101010101U;

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest one");

// `bytes` points to eight of them.
inline std::uint64_t LoadWord(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

constexpr ByteMarks MarkHigh(std::uint64_t word) { return word & (kEveryByte * 0x80); }
constexpr ByteMarks MarkControls(std::uint64_t word) {
  return MarkHigh((word - kEveryByte * 0x20) & ~word);
}
constexpr ByteMarks MarkEqual(std::uint64_t word, char c) {
  const std::uint64_t differences = word ^ (kEveryByte * static_cast<unsigned char>(c));
  return MarkHigh((differences - kEveryByte) & ~differences);
}

// Which byte has the first mark; there is one.
constexpr std::size_t FirstMarked(ByteMarks marks) {
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

}  // namespace nsf
