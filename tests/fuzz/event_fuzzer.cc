// SPDX-License-Identifier: Apache-2.0
// A row: whatever is in it, every format makes one line of it, of valid JSON where the format is
// JSON, and so does the dead letter; and what is left without persons is a row again, in which
// there is nothing more to find.
#include <string>

#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "core/event/text.h"
#include "core/format/dead_letter.h"
#include "core/format/format.h"
#include "core/privacy/redactor.h"
#include "fuzz/fuzz.h"
#include "support/classified.h"

namespace nsf::fuzz {
namespace {

// Deeper than the row may be, for what a format puts around it.
constexpr int kMaxDepth = 300;

void CheckText(const std::string& line, bool is_utf8) {
  Require(line.find_first_of("\r\n") == std::string::npos, "an event is one line");
  Require(!is_utf8 || IsUtf8(line), "a payload is UTF-8");
}

void CheckJson(const std::string& line) {
  const Page page = Page::Parse("[" + line + "]", kMaxDepth);
  Require(page.status() == PageStatus::kRows && page.rows().size() == 1, "a payload is JSON");
}

void CheckEvent(const Row& row) {
  const AuditEvent event = ClassifiedEvent(row);
  for (const Format format : kAllFormats) {
    TextBuffer line;
    TextBuffer again;
    AppendEvent(format, event, {"acme", "audit", "id"}, &line);
    AppendEvent(format, event, {"acme", "audit", "id"}, &again);
    Require(line.view() == again.view(), "the same event gives the same bytes");
    CheckText(line.str(), format != Format::kRaw || row.kind != TextKind::kAny);
    if (IsJson(format)) CheckJson(line.str());
  }
  SinkBatch batch;
  Record record;
  record.raw = row.raw;
  record.event_id = event.id;
  TextBuffer letter;
  AppendDeadLetter(batch, record, {0, "too_large", std::string(event.user)}, WallTime(), &letter);
  CheckText(letter.str(), /*is_utf8=*/true);
  CheckJson(letter.str());
}

void CheckRedaction(const Row& row) {
  RedactionSettings settings;
  settings.user = settings.ip = Veil::kHash;
  settings.members["details"] = Veil::kRedact;
  settings.key = Secret("0123456789abcdef");
  Redactor redactor(settings);
  const auto event = redactor.Apply(row);
  if (!event) return;
  const std::string once(event->row->raw);
  const Page page = Page::Parse("[" + once + "]");
  Require(page.status() == PageStatus::kRows && page.rows().size() == 1, "a redacted row is JSON");
  RowReader reader;
  const Row& again = reader.Read(page.rows()[0]);
  Require(!IsUtf8(row.raw) || IsUtf8(once), "a redacted row is UTF-8 where the row was");
  Require(row.fields.size() == again.fields.size(), "a redacted row has the members of the row");
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const nsf::Page page = nsf::Page::Parse("[" + std::string(nsf::fuzz::TextOf(data, size)) + "]");
  nsf::RowReader reader;
  for (const nsf::RawRow& row : page.rows()) {
    nsf::fuzz::CheckEvent(reader.Read(row));
    nsf::fuzz::CheckRedaction(reader.Read(row));
  }
  return 0;
}
