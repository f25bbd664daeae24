// SPDX-License-Identifier: Apache-2.0
// Reading rate limit headers without trusting them.
#include "core/answer/rate_headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace nsf {
namespace {

// A number of seconds above this is a point in time, not a wait.
constexpr double kEpochLike = 1e8;

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> ParseNumber(std::string_view text) {
  text = Trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

std::chrono::milliseconds Bounded(double seconds) {
  const double most = std::chrono::duration<double>(RateHeaders::kLongestWait).count();
  const double bounded = std::clamp(seconds, 0.0, most);
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(bounded * 1000)));
}

std::optional<std::chrono::milliseconds> ParseWait(std::string_view text,
                                                   std::optional<WallSeconds> date) {
  if (const auto number = ParseNumber(text)) {
    if (*number < kEpochLike) return Bounded(*number);
    if (!date) return std::nullopt;
    return Bounded(*number - static_cast<double>(date->time_since_epoch().count()));
  }
  if (const auto until = ParseHttpDate(Trim(text)); until && date) {
    return Bounded(static_cast<double>((*until - *date).count()));
  }
  return std::nullopt;
}

std::optional<int> ParseDigits(std::string_view text) {
  unsigned value = 0;  // so that no sign is read
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return static_cast<int>(value);
}

// "Sun, 06 Nov 1994 08:49:37 GMT": every part stands at a fixed place.
bool HasShapeOfDate(std::string_view text) {
  return text.size() == 29 && text.substr(3, 2) == ", " && text[7] == ' ' && text[11] == ' ' &&
         text[16] == ' ' && text[19] == ':' && text[22] == ':' && text.substr(25) == " GMT";
}

}  // namespace

std::optional<std::string_view> FindHeader(const HttpAnswer& answer, std::string_view name) {
  for (const auto& [header, value] : answer.headers) {
    if (header == name) return value;
  }
  return std::nullopt;
}

std::optional<WallSeconds> ParseHttpDate(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!HasShapeOfDate(text)) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = ParseDigits(text.substr(5, 2));
  const auto year = ParseDigits(text.substr(12, 4));
  const auto hour = ParseDigits(text.substr(17, 2));
  const auto minute = ParseDigits(text.substr(20, 2));
  const auto second = ParseDigits(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  const bool in_range = *hour < 24 && *minute < 60 && *second <= 60;
  if (!date.ok() || !in_range) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::optional<WallSeconds> DateOf(const HttpAnswer& answer) {
  const auto text = FindHeader(answer, "date");
  return text ? ParseHttpDate(*text) : std::nullopt;
}

RateHeaders ReadRateHeaders(const HttpAnswer& answer, std::optional<WallSeconds> date) {
  RateHeaders read;
  for (const std::string_view name : {"retry-after", "ratelimit-reset", "x-ratelimit-reset"}) {
    const auto text = FindHeader(answer, name);
    if (text && !read.wait) read.wait = ParseWait(*text, date);
  }
  for (const std::string_view name : {"ratelimit-remaining", "x-ratelimit-remaining"}) {
    const auto text = FindHeader(answer, name);
    if (text && !read.remaining) read.remaining = ParseNumber(*text);
  }
  return read;
}

}  // namespace nsf
