// SPDX-License-Identifier: Apache-2.0
// RFC 5424 messages. Everything that comes from outside (ids, category, time) is treated as
// hostile: a header field can hold printable ASCII only, a parameter valid UTF-8 without control
// characters.
#include "adapters/syslog/rfc5424.h"

#include <chrono>
#include <utility>

namespace nsf::syslog {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string_view SeverityWord(Severity severity) {
  switch (severity) {
    case Severity::kHigh:
      return "high";
    case Severity::kMedium:
      return "medium";
    case Severity::kLow:
      return "low";
    case Severity::kInfo:
      return "info";
    case Severity::kUnknown:
      break;
  }
  return "unknown";
}

// A header field: printable ASCII without spaces, at most `limit` bytes, "-" when empty (§6.2).
void AppendField(std::string_view text, std::size_t limit, std::string& out) {
  if (text.empty()) {
    out += '-';
    return;
  }
  for (const char c : text.substr(0, limit)) out += (c > ' ' && c < '\x7f') ? c : '?';
}

// The length of the well-formed UTF-8 sequence that `text` begins with (Unicode, table 3-7), or 0.
std::size_t Utf8Length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xBF) return 0;
  }
  return length;
}

// ` name="value"`: '"', '\' and ']' escaped (§6.3.3); U+FFFD for control characters, which would
// break a receiver's lines, and for bytes that are not UTF-8.
void AppendParameter(std::string_view name, std::string_view value, std::string& out) {
  out += ' ';
  out += name;
  out += "=\"";
  while (!value.empty()) {
    const std::size_t length = Utf8Length(value);
    const char c = value.front();
    if (length == 0 || (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == '\x7f'))) {
      out += kReplacement;
    } else {
      if (c == '"' || c == '\\' || c == ']') out += '\\';
      out += value.substr(0, length);
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void AppendDigits(unsigned value, unsigned width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
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
  const auto seconds = static_cast<unsigned>((time - day).count());
  AppendDigits(static_cast<unsigned>(static_cast<int>(date.year())), 4, out);
  out += '-';
  AppendDigits(static_cast<unsigned>(date.month()), 2, out);
  out += '-';
  AppendDigits(static_cast<unsigned>(date.day()), 2, out);
  out += 'T';
  AppendDigits(seconds / 3600, 2, out);
  out += ':';
  AppendDigits(seconds / 60 % 60, 2, out);
  out += ':';
  AppendDigits(seconds % 60, 2, out);
  out += 'Z';
}

}  // namespace

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

Rfc5424Writer::Rfc5424Writer(Rfc5424Settings settings) : settings_(std::move(settings)) {
  middle_ = ' ';
  AppendField(settings_.hostname, 255, middle_);
  middle_ += ' ';
  AppendField(settings_.app_name, 48, middle_);
  middle_ += " - ";
  sd_id_ = " [netskope@" + std::to_string(settings_.enterprise_number);
}

std::optional<Rejection> Rfc5424Writer::Write(const SinkBatch& batch, std::size_t index,
                                              std::string& out) const {
  const Record& record = batch.records[index];
  if (record.value.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos) {
    return Rejection{index, "invalid", "the payload holds a line feed or a NUL"};
  }
  out = '<';
  out += std::to_string(settings_.facility * 8 + SyslogSeverity(record.severity));
  out += ">1 ";
  AppendTimestamp(record.time, out);
  out += middle_;
  AppendField(record.category, 32, out);
  out += sd_id_;
  AppendParameter("tenant", batch.tenant, out);
  AppendParameter("stream", batch.stream, out);
  AppendParameter("id", record.event_id, out);
  AppendParameter("severity", SeverityWord(record.severity), out);
  if (batch.replay) AppendParameter("netskope_replay", "true", out);
  // MSG-ANY (§6.4): no BOM, which receivers would hand on in front of the JSON.
  out += "] ";
  out += record.value;
  if (out.size() > settings_.max_message_bytes) {
    return Rejection{index, "too_large",
                     "the syslog message has " + std::to_string(out.size()) +
                         " bytes, max_message_bytes is " +
                         std::to_string(settings_.max_message_bytes)};
  }
  return std::nullopt;
}

}  // namespace nsf::syslog
