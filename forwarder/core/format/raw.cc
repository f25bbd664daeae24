// SPDX-License-Identifier: Apache-2.0
// The format `raw`: the row as the tenant sent it, on one line.
#include <algorithm>
#include <cstring>

#include "core/format/format.h"

namespace nsf {

// JSON has no line break inside a string, so each one stands between tokens.
void AppendRaw(const AuditEvent& event, std::string* out) {
  const std::string_view raw = event.row->raw;
  const std::size_t begin = out->size();
  out->append(raw);
  const auto has = [raw](char c) { return std::memchr(raw.data(), c, raw.size()) != nullptr; };
  if (raw.empty() || (!has('\n') && !has('\r'))) return;
  std::replace_if(
      out->begin() + static_cast<std::string::difference_type>(begin), out->end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

}  // namespace nsf
