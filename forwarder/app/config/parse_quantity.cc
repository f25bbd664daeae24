// SPDX-License-Identifier: Apache-2.0
#include "app/config/parse_quantity.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace nsf {
namespace {

Error Wrong(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// Largest first: the way back to text takes the first that divides.
constexpr std::array<Unit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizeUnits{
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

// The digits at the front and what follows them. Empty without digits or when they do not fit.
std::optional<std::pair<std::int64_t, std::string_view>> Split(std::string_view text) {
  std::int64_t number = 0;
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return std::pair(number, text.substr(static_cast<std::size_t>(end - text.data())));
}

template <std::size_t N>
std::optional<std::int64_t> Scaled(std::int64_t number, std::string_view unit,
                                   const std::array<Unit, N>& units) {
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / known.factor) return std::nullopt;
    return number * known.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string Text(std::int64_t amount, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (amount % unit.factor == 0 && (amount != 0 || unit.factor == 1)) {
      return std::to_string(amount / unit.factor) + std::string(unit.name);
    }
  }
  return std::to_string(amount);
}

}  // namespace

Result<std::int64_t> ParseInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto split = Split(text.substr(negative ? 1 : 0));
  if (!split || !split->second.empty()) {
    return Wrong("is not a whole number; write digits only");
  }
  return negative ? -split->first : split->first;
}

Result<std::int64_t> ParseSize(std::string_view text, bool plain) {
  const auto split = Split(text);
  if (split && split->second.empty()) {
    if (plain) return split->first;
    return Wrong("has no unit; write B, KiB, MiB or GiB after the number, as in 16MiB");
  }
  const auto bytes = split ? Scaled(split->first, split->second, kSizeUnits) : std::nullopt;
  if (!bytes) return Wrong("is not a size; write a number and B, KiB, MiB or GiB, as in 16MiB");
  return *bytes;
}

Result<std::int64_t> ParseRate(std::string_view text) {
  const auto split = Split(text);
  if (split && split->second.empty()) {
    return Wrong("has no unit; write /min or /s after the number, as in 240/min");
  }
  constexpr std::array<Unit, 2> kUnits{{{"/s", 60}, {"/min", 1}}};
  const auto per_minute = split ? Scaled(split->first, split->second, kUnits) : std::nullopt;
  if (!per_minute) return Wrong("is not a rate; write a number and /min or /s, as in 240/min");
  return *per_minute;
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const auto split = Split(text);
  if (split && split->second.empty()) {
    return Wrong("has no unit; write ms, s, m, h or d after the number, as in 30s");
  }
  const auto amount = split ? Scaled(split->first, split->second, kDurationUnits) : std::nullopt;
  if (!amount) {
    return Wrong("is not a duration; write one number and ms, s, m, h or d, as in 30s");
  }
  return std::chrono::milliseconds(*amount);
}

std::string SizeText(std::int64_t bytes) { return Text(bytes, kSizeUnits); }

std::string DurationText(std::chrono::milliseconds duration) {
  return Text(duration.count(), kDurationUnits);
}

}  // namespace nsf
