// SPDX-License-Identifier: Apache-2.0
// Finding and mending lone surrogate escapes.
#include "core/event/surrogates.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace nsf {
namespace {

constexpr std::string_view kReplacement = "\\ufffd";

bool IsHigh(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLow(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

std::uint32_t ReadUnit(std::string_view json) {
  if (json.size() < kUnicodeEscapeSize || json[0] != '\\' || json[1] != 'u') return 0;
  std::uint32_t unit = 0;
  const char* const end = json.data() + kUnicodeEscapeSize;
  const auto [stop, error] = std::from_chars(json.data() + 2, end, unit, 16);
  return error == std::errc() && stop == end ? unit : 0;
}

Escape ReadEscape(std::string_view json) {
  if (json.size() < 2 || json[1] != 'u') return {std::min<std::size_t>(json.size(), 2), false};
  const std::uint32_t unit = ReadUnit(json);
  if (IsHigh(unit) && IsLow(ReadUnit(json.substr(kUnicodeEscapeSize)))) {
    return {2 * kUnicodeEscapeSize, false};
  }
  return {std::min(json.size(), kUnicodeEscapeSize), IsHigh(unit) || IsLow(unit)};
}

void MendSurrogates(char* json, std::size_t size) {
  std::string_view rest(json, size);
  for (;;) {
    rest.remove_prefix(std::min(rest.find('\\'), rest.size()));
    if (rest.empty()) return;
    const Escape escape = ReadEscape(rest);
    if (escape.is_lone_surrogate) {
      char* const at = json + (size - rest.size());
      std::memcpy(at, kReplacement.data(), kReplacement.size());
    }
    rest.remove_prefix(escape.size);
  }
}

}  // namespace nsf
