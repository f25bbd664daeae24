// SPDX-License-Identifier: Apache-2.0
// Plain runs are copied, the rest is looked at byte by byte.
#include "core/format/line_escapes.h"

#include <algorithm>
#include <limits>

#include "core/format/plain_text.h"

namespace nsf {

// '=' means nothing here, and there is no way to write a line break.
void AppendCefHeader(std::string_view text, TextBuffer* out) {
  for (;;) {
    text.remove_prefix(AppendPlain<TextKind::kAny, '\\', '|'>(text, out));
    if (text.empty()) return;
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
      continue;
    }
    if (c == '\\' || c == '|') {
      *out += '\\';
      *out += c;
    } else {
      *out += ' ';
    }
    text.remove_prefix(1);
  }
}

namespace {

// '|' means nothing here.
template <TextKind kKind>
void AppendValue(std::string_view text, TextBuffer* out) {
  for (;;) {
    text.remove_prefix(AppendPlain<kKind, '\\', '='>(text, out));
    if (text.empty()) return;
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
      continue;
    }
    if (c == '\\' || c == '=') {
      *out += '\\';
      *out += c;
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '\r') {
      *out += "\\r";
    } else {
      *out += ' ';
    }
    text.remove_prefix(1);
  }
}

}  // namespace

void AppendCefValue(std::string_view text, TextBuffer* out, TextKind kind) {
  return kind == TextKind::kAny ? AppendValue<TextKind::kAny>(text, out)
                                : AppendValue<TextKind::kUtf8>(text, out);
}

// Most JSON holds neither, and stays as it is.
void EscapeCefJson(std::size_t begin, TextBuffer* out) {
  const std::string_view json = out->view().substr(begin);
  const std::size_t plain = std::min(json.find('='), json.find('\\'));
  if (plain == std::string_view::npos) return;
  TextBuffer& rest = out->Scratch();
  rest += json.substr(plain);
  out->Shrink(begin + plain);
  AppendCefValue(rest.view(), out, TextKind::kUtf8);
}

void AppendLeefValue(std::string_view text, TextBuffer* out) {
  for (;;) {
    text.remove_prefix(AppendPlain<TextKind::kAny>(text, out));
    if (text.empty()) return;
    if (static_cast<unsigned char>(text.front()) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
    } else {
      *out += ' ';
      text.remove_prefix(1);
    }
  }
}

bool IsCefInteger(std::int64_t value) {
  return value >= 0 && value <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace nsf
