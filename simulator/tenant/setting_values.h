// SPDX-License-Identifier: Apache-2.0
// The values that settings take, from text. Each returns false, and leaves `out` as it was, if the
// text does not fit.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenant/settings.h"

namespace nsf_simulator {

template <typename Number>
bool ParseNumber(std::string_view text, Number* out) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  *out = value;
  return true;
}

// A whole number with its unit, at most ten years: 250ms, 30s, 5m, 23h, 2d; a leading minus is
// taken.
bool ParseDuration(std::string_view text, std::chrono::milliseconds* out);
bool ParseWholeSeconds(std::string_view text, std::chrono::seconds* out);

bool ParseOnOff(std::string_view text, bool* out);

// "(]", "[]", "[)" or "()".
bool ParseBounds(std::string_view text, Bounds* out);

// 240/min, 4/s, 10^9 at most, or 0 for none; a bare number counts by the minute, as the guide does.
bool ParseRate(std::string_view text, std::uint64_t* count, std::chrono::seconds* period);

// Letters, `_` and `.`, 40 at most.
// Names of event types, separated by commas; "all", "none".
bool ParseEventTypes(std::string_view text, std::vector<std::string>* out);
bool ParseFieldName(std::string_view text, std::string* out);

// 0, or one in twelve days at least: below that, times of events would not fit their numbers.
bool ParseLiveRate(std::string_view text, double* out);

// One of the words of `words`.
template <typename Value, std::size_t kCount>
bool ParseWord(std::string_view text, const std::pair<std::string_view, Value> (&words)[kCount],
               Value* out) {
  for (const auto& [word, value] : words) {
    if (word != text) continue;
    *out = value;
    return true;
  }
  return false;
}

// NAME:PERMILLE, joined by commas, a thousand together at most; "none" for none.
template <typename Enum, std::size_t kCount>
bool ParseShares(std::string_view text, std::optional<Enum> (*by_name)(std::string_view),
                 std::array<std::uint16_t, kCount>* out) {
  std::array<std::uint16_t, kCount> shares{};
  unsigned sum = 0;
  while (text != "none") {
    const auto item = text.substr(0, text.find(','));
    const auto colon = item.find(':');
    if (colon == std::string_view::npos) return false;
    const auto kind = by_name(item.substr(0, colon));
    std::uint16_t share = 0;
    if (!kind || !ParseNumber(item.substr(colon + 1), &share) || share > 1000) return false;
    shares[static_cast<std::size_t>(*kind)] = share;
    sum += share;
    if (item.size() == text.size()) break;
    text.remove_prefix(item.size() + 1);
  }
  if (sum > 1000) return false;
  *out = shares;
  return true;
}

}  // namespace nsf_simulator
