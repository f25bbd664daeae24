// SPDX-License-Identifier: Apache-2.0
// Finding numbers by JSON's grammar, and making them small.
#include "core/event/big_numbers.h"

#include <algorithm>
#include <string_view>

namespace nsf {
namespace {

constexpr std::size_t kShortestBig = 5;  // 1e309

std::size_t CountDigits(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                  text.begin());
}

// The bytes of the number without a sign that `text` begins with; 0: there is none.
std::size_t NumberSize(std::string_view text) {
  std::size_t size = text.starts_with('0') ? 1 : CountDigits(text);
  if (size == 0) return 0;
  if (text.substr(size).starts_with('.')) {
    const std::size_t digits = CountDigits(text.substr(size + 1));
    if (digits == 0) return size;
    size += 1 + digits;
  }
  const std::string_view rest = text.substr(size);
  if (rest.starts_with('e') || rest.starts_with('E')) {
    const bool has_sign = rest.substr(1).starts_with('+') || rest.substr(1).starts_with('-');
    const std::size_t before = has_sign ? 2 : 1;
    const std::size_t digits = CountDigits(rest.substr(before));
    if (digits != 0) size += before + digits;
  }
  return size;
}

// The bytes of the string that `text` begins with, or all of it where the string has no end.
std::size_t StringSize(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
  return std::min(at + 1, text.size());
}

}  // namespace

void MendBigNumbers(char* json, std::size_t size) {
  for (std::size_t at = 0; at < size;) {
    const std::string_view rest(json + at, size - at);
    if (rest.front() == '"') {
      at += StringSize(rest);
      continue;
    }
    const std::size_t number = NumberSize(rest);
    if (number >= kShortestBig) {
      std::fill_n(json + at, number, '0');
      json[at + 1] = '.';
    }
    at += std::max<std::size_t>(number, 1);
  }
}

}  // namespace nsf
