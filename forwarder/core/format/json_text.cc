// SPDX-License-Identifier: Apache-2.0
// Escaping and mending.
#include "core/format/json_text.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "core/event/surrogates.h"
#include "core/format/plain_text.h"

namespace nsf {
namespace {

void AppendEscaped(char c, TextBuffer* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      const auto byte = static_cast<unsigned char>(c);
      *out += "\\u00";
      *out += kHex[byte >> 4];
      *out += kHex[byte & 0xFU];
  }
}

}  // namespace

void AppendJsonString(std::string_view text, TextBuffer* out) {
  *out += '"';
  AppendJsonInside(text, out);
  *out += '"';
}

void AppendJsonInside(std::string_view text, TextBuffer* out) {
  for (;;) {
    text.remove_prefix(AppendPlain<'\\', '"'>(text, out));
    if (text.empty()) return;
    if (static_cast<unsigned char>(text.front()) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
    } else {
      AppendEscaped(text.front(), out);
      text.remove_prefix(1);
    }
  }
}

void AppendJsonValue(std::string_view json, TextBuffer* out) {
  for (;;) {
    json.remove_prefix(AppendPlain<'\\'>(json, out));
    if (json.empty()) return;
    const char c = json.front();
    if (c == '\\') {
      const Escape escape = ReadEscape(json);
      *out += escape.is_lone_surrogate ? std::string_view("\\ufffd") : json.substr(0, escape.size);
      if (escape.is_lone_surrogate) out->NoteRepaired();
      json.remove_prefix(escape.size);
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      json.remove_prefix(AppendCharacter(json, out));
    } else {
      *out += ' ';
      json.remove_prefix(1);
    }
  }
}

void AppendInteger(std::int64_t value, TextBuffer* out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  *out += {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

}  // namespace nsf
