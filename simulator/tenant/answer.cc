// SPDX-License-Identifier: Apache-2.0
// Header look-up, reason phrases and dates.
#include "tenant/answer.h"

#include <array>

namespace nsf_simulator {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

std::string TwoDigits(std::int64_t value) {
  return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

}  // namespace

const std::string* FindHeader(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (SameName(key, name)) return &value;
  }
  return nullptr;
}

std::string_view ReasonPhrase(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 17> kPhrases{
      {{200, "OK"},
       {201, "Created"},
       {204, "No Content"},
       {302, "Found"},
       {400, "Bad Request"},
       {401, "Unauthorized"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {409, "Conflict"},
       {413, "Content Too Large"},
       {429, "Too Many Requests"},
       {500, "Internal Server Error"},
       {501, "Not Implemented"},
       {502, "Bad Gateway"},
       {503, "Service Unavailable"},
       {504, "Gateway Timeout"}}};
  for (const auto& [code, phrase] : kPhrases) {
    if (code == status) return phrase;
  }
  return "Unknown";
}

std::string HttpDate(Time time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::string out(kDays[std::chrono::weekday(day).c_encoding()]);
  out.append(", ").append(TwoDigits(static_cast<unsigned>(date.day()))).append(" ");
  out.append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  out.append(std::to_string(static_cast<int>(date.year()))).append(" ");
  out.append(TwoDigits(clock.hours().count())).append(":");
  out.append(TwoDigits(clock.minutes().count())).append(":");
  return out.append(TwoDigits(clock.seconds().count())).append(" GMT");
}

}  // namespace nsf_simulator
