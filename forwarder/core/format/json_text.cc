// SPDX-License-Identifier: Apache-2.0
// Escaping and mending; plain bytes are looked at and copied eight at a time.
#include "core/format/json_text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "core/event/byte_marks.h"
#include "core/event/surrogates.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// What may not be copied as it is.
constexpr ByteMarks MarkOdd(std::uint64_t word) {
  return MarkHigh(word) | MarkControls(word) | MarkEqual(word, '\\');
}

bool IsPlain(char c) { return static_cast<unsigned char>(c) - 0x20U < 0x60U && c != '\\'; }

// Appends the bytes at the start that are printable ASCII but the backslash and, if asked, the
// quote; returns how many.
template <bool kStopAtQuote>
std::size_t AppendPlain(std::string_view text, TextBuffer* out) {
  char* const to = out->Room(text.size());
  std::size_t i = 0;
  for (; text.size() - i >= kWordBytes; i += kWordBytes) {
    const std::uint64_t word = LoadWord(text.data() + i);
    ByteMarks odd = MarkOdd(word);
    if (kStopAtQuote) odd |= MarkEqual(word, '"');
    std::memcpy(to + i, &word, sizeof(word));
    if (odd == 0) continue;
    i += FirstMarked(odd);
    out->Grow(i);
    return i;
  }
  for (; i < text.size() && IsPlain(text[i]) && !(kStopAtQuote && text[i] == '"'); ++i) {
    to[i] = text[i];
  }
  out->Grow(i);
  return i;
}

// Appends the character that `text` begins with, which is not ASCII; returns how many bytes it is.
std::size_t AppendCharacter(std::string_view text, TextBuffer* out) {
  const std::size_t length = Utf8Length(text);
  if (length == 0) {
    *out += kReplacement;
    return 1;
  }
  *out += text.substr(0, length);
  return length;
}

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
    text.remove_prefix(AppendPlain<true>(text, out));
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
    json.remove_prefix(AppendPlain<false>(json, out));
    if (json.empty()) return;
    const char c = json.front();
    if (c == '\\') {
      const Escape escape = ReadEscape(json);
      *out += escape.is_lone_surrogate ? std::string_view("\\ufffd") : json.substr(0, escape.size);
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
