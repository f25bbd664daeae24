// SPDX-License-Identifier: Apache-2.0
// The format `raw`: the row as the tenant sent it, on one line.
#include <algorithm>
#include <cstring>

#include "core/format/format.h"

namespace nsf {

bool IsOneLine(const Row& row) {
  if (!row.may_have_breaks) return true;
  return row.raw.find('\n') == std::string_view::npos &&
         row.raw.find('\r') == std::string_view::npos;
}

// JSON has no line break inside a string, so each one stands between tokens.
void AppendRaw(const AuditEvent& event, TextBuffer* out) {
  const std::string_view raw = event.row->raw;
  if (raw.empty()) return;
  char* const begin = out->Room(raw.size());
  std::memcpy(begin, raw.data(), raw.size());
  out->Grow(raw.size());
  if (IsOneLine(*event.row)) return;
  std::replace_if(
      begin, begin + raw.size(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

}  // namespace nsf
