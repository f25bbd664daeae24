// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/rfc3164.h"

#include <array>
#include <chrono>
#include <string_view>

#include "adapters/syslog/header_text.h"

namespace nsf::syslog {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The day filled up with a space (§4.1.2). There is no year to be out of range.
void AppendTimestamp(WallSeconds time, std::string& out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  out += kMonths[static_cast<unsigned>(date.month()) - 1];
  out += ' ';
  AppendDigits(static_cast<unsigned>(date.day()), 2, ' ', out);
  out += ' ';
  std::array<char, kClockBytes> clock;
  WriteClock(time - day, clock.data());
  out.append(clock.data(), clock.size());
}

bool HasOwnTag(std::string_view payload) {
  return payload.substr(0, 4) == "CEF:" || payload.substr(0, 5) == "LEEF:";
}

}  // namespace

Rfc3164Header::Rfc3164Header(const SyslogMessageSettings& settings) : facility_(settings.facility) {
  hostname_ = ' ';
  AppendField(settings.hostname, 255, hostname_);
  hostname_ += ' ';
  AppendField(settings.app_name, kLongestTag, tag_);
  tag_ += ": ";
}

void Rfc3164Header::Append(const Record& record, std::string& out) const {
  AppendPriority(facility_, record.severity, out);
  AppendTimestamp(record.time, out);
  out += hostname_;
  if (!HasOwnTag(record.value)) out += tag_;
}

}  // namespace nsf::syslog
