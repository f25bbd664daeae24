// SPDX-License-Identifier: Apache-2.0
// Numbers of several digits.
#include "core/format/digits.h"

#include <array>
#include <string_view>

#include "core/event/byte_block.h"

namespace nsf {

char* WriteLongInteger(std::int64_t value, char* to) {
  std::array<char, kMostDigits> digits;
  char* const end = digits.data() + digits.size();
  char* begin = end;
  auto rest = static_cast<std::uint64_t>(value);
  if (value < 0) rest = -rest;
  for (; rest >= 10; rest /= 100) WriteTwoDigits(rest % 100, begin -= 2);
  if (rest > 0) *--begin = static_cast<char>('0' + rest);
  if (value < 0) *--begin = '-';
  const auto size = static_cast<std::size_t>(end - begin);
  CopyBytes({begin, size}, to);
  return to + size;
}

}  // namespace nsf
