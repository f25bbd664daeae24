// SPDX-License-Identifier: Apache-2.0
// Lines "name: value" as the headers of an answer: no wait is longer than the cap, no number is
// wild, and a date that is read is the one that was written.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include "core/answer/rate_headers.h"
#include "fuzz/fuzz.h"

namespace nsf::fuzz {
namespace {

std::string DateText(WallSeconds when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%02u %s %04d %02ld:%02ld:%02ld GMT",
                static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                time.seconds().count());
  return text;
}

void CheckDate(std::string_view text) {
  const auto date = ParseHttpDate(text);
  // A leap second is read as the second after it.
  if (!date || text.substr(23, 2) == "60") return;
  Require(DateText(*date) == text.substr(5), "a date is read as it is written");
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;        // NOLINT(google-build-using-namespace)
  using namespace nsf::fuzz;  // NOLINT(google-build-using-namespace)
  HttpAnswer answer;
  std::string_view text = TextOf(data, size);
  while (!text.empty()) {
    const std::string_view line = TakeLine(&text);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  for (const auto& [name, value] : answer.headers) CheckDate(value);
  std::optional<WallSeconds> date;
  if (const auto stated = FindHeader(answer, "date")) date = ParseHttpDate(*stated);
  const RateHeaders read = ReadRateHeaders(answer, date);
  Require(!read.wait || (read.wait->count() >= 0 && *read.wait <= RateHeaders::kLongestWait),
          "a wait is bounded");
  Require(!read.remaining || (std::isfinite(*read.remaining) && *read.remaining >= 0),
          "what remains is a number");
  return 0;
}
