// SPDX-License-Identifier: Apache-2.0
// Escaping and mending.
#include "core/format/json_text.h"

#include <charconv>
#include <cstdint>

#include "core/event/surrogates.h"
#include "core/format/plain_text.h"

namespace nsf {
namespace {

void AppendControl(char c, TextBuffer* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
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
  char* const to = out->Room(text.size() + 2);
  *to = '"';
  const std::size_t plain = CopyPlain<'\\', '"'>(text, to + 1);
  if (plain == text.size()) {  // most texts are
    to[1 + plain] = '"';
    out->Grow(plain + 2);
    return;
  }
  out->Grow(1 + plain);
  AppendJsonInside(text.substr(plain), out);
  *out += '"';
}

void AppendJsonInside(std::string_view text, TextBuffer* out) {
  for (;;) {
    text.remove_prefix(AppendPlain<'\\', '"'>(text, out));
    if (text.empty()) return;
    const char c = text.front();
    if (c == '"' || c == '\\') {  // JSON within JSON is full of them
      char* const to = out->Room(2);
      to[0] = '\\';
      to[1] = c;
      out->Grow(2);
      text.remove_prefix(1);
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
    } else {
      AppendControl(c, out);
      text.remove_prefix(1);
    }
  }
}

void AppendJsonValue(std::string_view json, TextBuffer* out) {
  for (;;) {
    json.remove_prefix(AppendPlain<'\\'>(json, out));
    if (json.empty()) return;
    const char c = json.front();
    if (c == '\\' && json.size() >= 2 && json[1] != 'u') {
      *out += {json.data(), 2};
      json.remove_prefix(2);
    } else if (c == '\\') {
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
  if (value >= 0 && value < 10) {  // most are
    *out += static_cast<char>('0' + value);
    return;
  }
  constexpr std::size_t kMostDigits = 20;
  char* const to = out->Room(kMostDigits);
  out->Grow(static_cast<std::size_t>(std::to_chars(to, to + kMostDigits, value).ptr - to));
}

}  // namespace nsf
