// SPDX-License-Identifier: Apache-2.0
// RFC 5424 headers. Everything that comes from outside (ids, category, time) is treated as
// hostile: a header field can hold printable ASCII only, a parameter valid UTF-8 without control
// characters.
#include "adapters/syslog/rfc5424.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "adapters/syslog/header_text.h"
#include "adapters/syslog/utf8.h"

namespace nsf::syslog {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The parameter of that name.
std::string_view SeverityParameter(Severity severity) {
  switch (severity) {
    case Severity::kHigh:
      return R"( severity="high")";
    case Severity::kMedium:
      return R"( severity="medium")";
    case Severity::kLow:
      return R"( severity="low")";
    case Severity::kInfo:
      return R"( severity="info")";
    case Severity::kUnknown:
      break;
  }
  return R"( severity="unknown")";
}

// ASCII that a parameter holds as it is, by byte.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> is_plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) is_plain[c] = c != '"' && c != '\\' && c != ']';
  return is_plain;
}();

std::size_t PlainPrefix(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && kPlain[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

// ` name="value"`: '"', '\' and ']' escaped (§6.3.3); U+FFFD for control characters, which would
// break a receiver's lines, and for bytes that are not UTF-8. `before` is ` name="`.
void AppendParameter(std::string_view before, std::string_view value, std::string& out) {
  out += before;
  for (;;) {
    const std::size_t plain = PlainPrefix(value);
    out += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    const std::size_t length = Utf8Length(value);
    const char c = value.front();
    if (length == 0 || (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == '\x7f'))) {
      out += kReplacement;
    } else {
      if (length == 1) out += '\\';
      out += value.substr(0, length);
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

// RFC 3339 in UTC, without a fraction: the tenant's times have none and none is invented (§6.2.3).
// "-" for a year that four digits cannot hold.
void AppendTimestamp(WallSeconds time, std::string& out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  constexpr auto kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
  constexpr auto kLast = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
  if (day < kFirst || day > kLast) {
    out += '-';
    return;
  }
  const std::chrono::year_month_day date(day);
  std::array<char, 20> text{"YYYY-MM-DDThh:mm:ss"};
  WriteDigits(static_cast<unsigned>(static_cast<int>(date.year())), 4, &text[0]);
  WriteDigits(static_cast<unsigned>(date.month()), 2, &text[5]);
  WriteDigits(static_cast<unsigned>(date.day()), 2, &text[8]);
  WriteClock(time - day, &text[11]);
  text.back() = 'Z';
  out.append(text.data(), text.size());
}

}  // namespace

Rfc5424Header::Rfc5424Header(const SyslogMessageSettings& settings) {
  for (std::size_t severity = 0; severity < starts_.size(); ++severity) {
    AppendPriority(settings.facility, static_cast<Severity>(severity), starts_[severity]);
    starts_[severity] += "1 ";
  }
  middle_ = ' ';
  AppendField(settings.hostname, 255, middle_);
  middle_ += ' ';
  AppendField(settings.app_name, 48, middle_);
  middle_ += " - ";
  sd_id_ = " [netskope@" + std::to_string(settings.enterprise_number);
}

void Rfc5424Header::Append(const SinkBatch& batch, const Record& record, bool shortened,
                           std::string& out) const {
  out += starts_[static_cast<std::size_t>(record.severity)];
  AppendTimestamp(record.time, out);
  out += middle_;
  AppendField(record.category, 32, out);
  out += sd_id_;
  AppendParameter(" tenant=\"", batch.tenant, out);
  AppendParameter(" stream=\"", batch.stream, out);
  AppendParameter(" id=\"", record.event_id, out);
  out += SeverityParameter(record.severity);
  if (batch.replay) AppendParameter(" netskope_replay=\"", "true", out);
  if (shortened) AppendParameter(" truncated=\"", "true", out);
  // MSG-ANY (§6.4): no BOM, which receivers would hand on in front of the JSON.
  out += "] ";
}

}  // namespace nsf::syslog
