// SPDX-License-Identifier: Apache-2.0
// What both kinds of header are put together from; pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "ports/record.h"

namespace nsf::syslog {

// The syslog severity (RFC 5424 §6.2.1): warning for high, notice for medium and unknown, info
// below.
unsigned SyslogSeverity(Severity severity);

// "<PRI>": the facility times eight, and the severity.
void AppendPriority(unsigned facility, Severity severity, std::string& out);

// A header field: printable ASCII without spaces, at most `limit` bytes, "-" when empty (RFC 5424
// §6.2).
void AppendField(std::string_view text, std::size_t limit, std::string& out);

// `value` in decimal, filled up in front with `fill` to `width`.
void AppendDigits(unsigned value, unsigned width, char fill, std::string& out);

// `value`, which has no more, as `width` digits from `to` on.
inline void WriteDigits(unsigned value, std::size_t width, char* to) {
  for (std::size_t i = width; i > 0; value /= 10) to[--i] = static_cast<char>('0' + value % 10);
}

// "hh:mm:ss", of the seconds since a day began: kClockBytes from `to` on.
inline constexpr std::size_t kClockBytes = 8;
void WriteClock(std::chrono::seconds of_day, char* to);

}  // namespace nsf::syslog
