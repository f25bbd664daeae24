// SPDX-License-Identifier: Apache-2.0
// Writes a line of the dead letter.
#include "core/format/dead_letter.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/event/text.h"
#include "core/format/json_text.h"

namespace nsf {
namespace {

void AppendMember(std::string_view name, std::string_view text, std::string* out) {
  *out += out->ends_with('{') ? "\"" : ",\"";
  *out += name;
  *out += "\":";
  AppendJsonString(text, out);
}

void AppendDigits(std::int64_t value, std::size_t width, std::string* out) {
  std::string digits;
  AppendInteger(value, &digits);
  if (digits.size() < width) out->append(width - digits.size(), '0');
  *out += digits;
}

// RFC 3339, UTC, milliseconds.
std::string TimeText(WallTime when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  std::string text;
  AppendDigits(static_cast<int>(date.year()), 4, &text);
  text += '-';
  AppendDigits(static_cast<unsigned>(date.month()), 2, &text);
  text += '-';
  AppendDigits(static_cast<unsigned>(date.day()), 2, &text);
  text += 'T';
  AppendDigits(time.hours().count(), 2, &text);
  text += ':';
  AppendDigits(time.minutes().count(), 2, &text);
  text += ':';
  AppendDigits(time.seconds().count(), 2, &text);
  text += '.';
  AppendDigits(time.subseconds().count(), 3, &text);
  return text + 'Z';
}

// RFC 4648, section 4.
std::string Base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  while (!bytes.empty()) {
    const std::size_t taken = bytes.size() < 3 ? bytes.size() : 3;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < taken ? static_cast<unsigned char>(bytes[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= taken ? kAlphabet[(group >> (18 - 6 * i)) & 0x3FU] : '=';
    }
    bytes.remove_prefix(taken);
  }
  return out;
}

}  // namespace

void AppendDeadLetter(const SinkBatch& batch, const Record& record, const Rejection& rejection,
                      WallTime when, std::string* out) {
  *out += '{';
  AppendMember("time", TimeText(when), out);
  AppendMember("tenant", batch.tenant, out);
  AppendMember("stream", batch.stream, out);
  AppendMember("sink", batch.sink, out);
  AppendMember("event_id", record.event_id, out);
  AppendMember("reason", rejection.reason, out);
  AppendMember("detail", rejection.detail, out);
  if (IsUtf8(record.raw)) {
    AppendMember("raw", record.raw, out);
  } else {
    AppendMember("raw_base64", Base64(record.raw), out);
  }
  *out += '}';
}

}  // namespace nsf
