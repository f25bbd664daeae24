// SPDX-License-Identifier: Apache-2.0
// Writes a line of the dead letter.
#include "core/format/dead_letter.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/event/page.h"
#include "core/event/row.h"
#include "core/event/text.h"
#include "core/format/base64.h"
#include "core/format/json_text.h"

namespace nsf {
namespace {

void AppendMember(std::string_view name, std::string_view text, TextBuffer* out) {
  *out += out->ends_with('{') ? "\"" : ",\"";
  *out += name;
  *out += "\":";
  AppendJsonString(text, out);
}

void AppendDigits(std::int64_t value, std::size_t width, TextBuffer* out) {
  TextBuffer digits;
  AppendInteger(value, &digits);
  for (std::size_t i = digits.size(); i < width; ++i) *out += '0';
  *out += digits.view();
}

// RFC 3339, UTC, milliseconds.
std::string TimeText(WallTime when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  TextBuffer text;
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
  text += 'Z';
  return text.str();
}

Error NotALine(const std::string& why) {
  return {ErrorKind::kStop, "not a line of the dead letter: " + why};
}

}  // namespace

void AppendDeadLetter(const SinkBatch& batch, const Record& record, const Rejection& rejection,
                      WallTime when, TextBuffer* out) {
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
    AppendMember("raw_base64", ToBase64(record.raw), out);
  }
  *out += '}';
}

Result<DeadLetter> ReadDeadLetter(std::string_view line) {
  const Page page = Page::Parse('[' + std::string(line) + ']');
  if (page.status() != PageStatus::kRows) return NotALine(page.message());
  if (page.rows().size() != 1) return NotALine("it is not one object");
  DeadLetter letter;
  bool has_raw = false;
  RowReader reader;
  for (const Field& field : reader.Read(page.rows().front()).fields) {
    for (const auto& [name, member] : {std::pair{"time", &letter.time},
                                       {"tenant", &letter.tenant},
                                       {"stream", &letter.stream},
                                       {"sink", &letter.sink},
                                       {"event_id", &letter.event_id},
                                       {"reason", &letter.reason},
                                       {"detail", &letter.detail},
                                       {"raw", &letter.raw}}) {
      if (field.name == name) *member = field.text;
    }
    has_raw |= field.name == "raw" && field.type == FieldType::kString;
    if (field.name != "raw_base64") continue;
    auto raw = FromBase64(field.text);
    if (!raw) return NotALine("raw_base64 is not base64");
    letter.raw = *std::move(raw);
    has_raw = true;
  }
  if (letter.tenant.empty() || letter.stream.empty() || letter.sink.empty() || !has_raw) {
    return NotALine("tenant, stream, sink or raw is missing");
  }
  return letter;
}

}  // namespace nsf
