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

// "hh:mm:ss", of the seconds since a day began.
void AppendClock(std::chrono::seconds of_day, std::string& out);

}  // namespace nsf::syslog
