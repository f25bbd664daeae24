// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/header_text.h"

#include <algorithm>
#include <array>
#include <charconv>

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
  AppendDigits(facility * 8 + SyslogSeverity(severity), 1, '0', out);
  out += '>';
}

void AppendField(std::string_view text, std::size_t limit, std::string& out) {
  if (text.empty()) {
    out += '-';
    return;
  }
  const std::size_t begin = out.size();
  out += text.substr(0, limit);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return c <= ' ' || c >= '\x7f'; }, '?');
}

void AppendDigits(unsigned value, unsigned width, char fill, std::string& out) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<unsigned>(end - digits.data());
  if (size < width) out.append(width - size, fill);
  out.append(digits.data(), size);
}

void WriteClock(std::chrono::seconds of_day, char* to) {
  const auto seconds = static_cast<unsigned>(of_day.count());
  WriteDigits(seconds / 3600, 2, to);
  to[2] = ':';
  WriteDigits(seconds / 60 % 60, 2, to + 3);
  to[5] = ':';
  WriteDigits(seconds % 60, 2, to + 6);
}

}  // namespace nsf::syslog
