// SPDX-License-Identifier: Apache-2.0
#include "core/event/json_grammar.h"

#include <algorithm>

namespace nsf {
namespace {

constexpr std::size_t kShortestBig = 5;  // 1e309
constexpr std::size_t kHexDigits = 4;    // of an escape

const char* SkipDigits(const char* at, const char* end) {
  while (at != end && *at >= '0' && *at <= '9') ++at;
  return at;
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The bytes of the number without a sign that `text` begins with; 0: there is none.
std::size_t UnsignedSize(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* size = text.starts_with('0') ? begin + 1 : SkipDigits(begin, end);
  if (size == begin) return 0;
  if (size != end && *size == '.') {
    const char* const fraction = SkipDigits(size + 1, end);
    if (fraction == size + 1) return static_cast<std::size_t>(size - begin);
    size = fraction;
  }
  if (size != end && (*size == 'e' || *size == 'E')) {
    const char* digits = size + 1;
    if (digits != end && (*digits == '+' || *digits == '-')) ++digits;
    const char* const exponent = SkipDigits(digits, end);
    if (exponent != digits) size = exponent;
  }
  return static_cast<std::size_t>(size - begin);
}

// The bytes of the string that `text` begins with, or all of it where the string has no end.
std::size_t StringSize(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
  return std::min(at + 1, text.size());
}

}  // namespace

std::size_t JsonNumberSize(std::string_view text) {
  const bool has_sign = text.starts_with('-');
  const std::size_t size = UnsignedSize(text.substr(has_sign ? 1 : 0));
  return size != 0 && has_sign ? size + 1 : size;
}

bool HasValidEscapes(std::string_view text) {
  constexpr std::string_view kEscaped = R"("\/bfnrtu)";
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    const std::string_view behind = text.substr(at + 1);
    if (behind.empty() || kEscaped.find(behind.front()) == std::string_view::npos) return false;
    at += 2;
    if (behind.front() != 'u') continue;
    const std::string_view digits = behind.substr(1, kHexDigits);
    if (digits.size() < kHexDigits || !std::all_of(digits.begin(), digits.end(), IsHexDigit)) {
      return false;
    }
  }
  return true;
}

void MendBigNumbers(char* json, std::size_t size) {
  for (std::size_t at = 0; at < size;) {
    const std::string_view rest(json + at, size - at);
    if (rest.front() == '"') {
      at += StringSize(rest);
      continue;
    }
    const std::size_t number = UnsignedSize(rest);
    // With another exponent behind it this is none, and zeros would make it one.
    const std::string_view behind = rest.substr(number);
    const bool has_exponent = behind.starts_with('e') || behind.starts_with('E');
    if (number >= kShortestBig && !has_exponent) {
      std::fill_n(json + at, number, '0');
      json[at + 1] = '.';
    }
    at += std::max<std::size_t>(number, 1);
  }
}

}  // namespace nsf
