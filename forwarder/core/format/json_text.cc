// SPDX-License-Identifier: Apache-2.0
// Escaping and mending.
#include "core/format/json_text.h"

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

// Appends a block with its quotes and backslashes escaped, as far as it is ASCII without control
// characters; returns how many of its bytes that are. Two blocks can be read from `from` on.
std::size_t AppendBlock(const char* from, TextBuffer* out) {
  char* const begin = out->Room(3 * kBlockBytes);  // twice a block, and a store is a whole one
  char* to = begin;
  std::size_t done = 0;
  for (BlockMarks odd = MarkOdd<'\\', '"'>(LoadBlock(from)); odd != 0; odd &= odd - 1) {
    const std::size_t next = FirstOfBlock(odd);
    StoreBlock(LoadBlock(from + done), to);
    to += next - done;
    done = next;
    const char c = from[next];
    if (c != '"' && c != '\\') {
      out->Grow(static_cast<std::size_t>(to - begin));
      return done;
    }
    *to++ = '\\';
    *to++ = c;
    ++done;
  }
  StoreBlock(LoadBlock(from + done), to);
  to += kBlockBytes - done;
  out->Grow(static_cast<std::size_t>(to - begin));
  return kBlockBytes;
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
    // JSON within JSON has a quote every few bytes: a run for each would be slow.
    for (std::size_t done = kBlockBytes; done == kBlockBytes && text.size() >= 2 * kBlockBytes;) {
      done = AppendBlock(text.data(), out);
      text.remove_prefix(done);
    }
    text.remove_prefix(AppendPlain<'\\', '"'>(text, out));
    if (text.empty()) return;
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
    } else {
      AppendEscaped(c, out);
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
