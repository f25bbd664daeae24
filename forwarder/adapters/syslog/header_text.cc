// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/header_text.h"

namespace nsf::syslog {

unsigned SyslogSeverity(Severity severity) {
  switch (severity) {
    case Severity::kHigh:
      return 4;  // warning
    case Severity::kLow:
    case Severity::kInfo:
      return 6;  // informational
    case Severity::kMedium:
    case Severity::kUnknown:
      break;
  }
  return 5;  // notice
}

void AppendPriority(unsigned facility, Severity severity, std::string& out) {
  out += '<';
  out += std::to_string(facility * 8 + SyslogSeverity(severity));
  out += '>';
}

void AppendField(std::string_view text, std::size_t limit, std::string& out) {
  if (text.empty()) {
    out += '-';
    return;
  }
  for (const char c : text.substr(0, limit)) out += (c > ' ' && c < '\x7f') ? c : '?';
}

void AppendDigits(unsigned value, unsigned width, char fill, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), fill);
  out += digits;
}

void AppendClock(std::chrono::seconds of_day, std::string& out) {
  const auto seconds = static_cast<unsigned>(of_day.count());
  AppendDigits(seconds / 3600, 2, '0', out);
  out += ':';
  AppendDigits(seconds / 60 % 60, 2, '0', out);
  out += ':';
  AppendDigits(seconds % 60, 2, '0', out);
}

}  // namespace nsf::syslog
