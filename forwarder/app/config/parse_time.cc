// SPDX-License-Identifier: Apache-2.0
#include "app/config/parse_time.h"

#include <array>
#include <cstdio>
#include <optional>

namespace nsf {
namespace {

// Reads fixed-width fields from the front.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  // A number of exactly `digits` digits in [min, max].
  int Number(std::size_t digits, int min, int max) {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') return Fail();
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return number >= min && number <= max ? number : Fail();
  }

  // One of `choices`; '\0' when none of them is next.
  char OneOf(std::string_view choices) {
    if (rest_.empty() || choices.find(rest_[0]) == std::string_view::npos) return '\0';
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }

  void Expect(std::string_view choices) {
    if (OneOf(choices) == '\0') Fail();
  }

  void SkipDigits() {
    Expect("0123456789");
    while (OneOf("0123456789") != '\0') {
    }
  }

  bool done() const { return rest_.empty() && good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  int Fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

std::optional<WallSeconds> Read(std::string_view text) {
  Fields fields(text);
  const int year = fields.Number(4, 1970, 9999);
  fields.Expect("-");
  const int month = fields.Number(2, 1, 12);
  fields.Expect("-");
  const int day = fields.Number(2, 1, 31);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  WallSeconds time = std::chrono::sys_days(date);
  if (fields.at_end()) return fields.done() ? std::optional(time) : std::nullopt;

  fields.Expect("Tt ");
  time += std::chrono::hours(fields.Number(2, 0, 23));
  fields.Expect(":");
  time += std::chrono::minutes(fields.Number(2, 0, 59));
  fields.Expect(":");
  time += std::chrono::seconds(fields.Number(2, 0, 59));
  if (fields.OneOf(".") != '\0') fields.SkipDigits();
  const char zone = fields.OneOf("Zz+-");
  if (zone == '+' || zone == '-') {
    std::chrono::minutes offset = std::chrono::hours(fields.Number(2, 0, 23));
    fields.Expect(":");
    offset += std::chrono::minutes(fields.Number(2, 0, 59));
    time += zone == '+' ? -offset : offset;
  }
  return fields.done() && zone != '\0' ? std::optional(time) : std::nullopt;
}

}  // namespace

Result<WallSeconds> ParseTime(std::string_view text) {
  const std::optional<WallSeconds> time = Read(text);
  if (time) return *time;
  return Error{ErrorKind::kConfiguration,
               "is not a time; write a day (2027-03-01) or a time with its zone "
               "(2026-11-01T00:00:00Z)"};
}

std::string TimeText(WallSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace nsf
