// SPDX-License-Identifier: Apache-2.0
// Escaping and mending.
#include "core/format/json_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/event/byte_block.h"
#include "core/event/surrogates.h"
#include "core/format/digits.h"
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

// Where a text stands: an escape of JSON within JSON is looked at as a whole.
enum class Inside : std::uint8_t { kText, kJson };

// Copies the start of `text` to `*to`, which it moves on, with quotes and backslashes escaped:
// block by block up to what needs more than that, or until less than two blocks are left. Returns
// how many bytes it took. There is room for twice as many, and a block.
template <TextKind kKind, Inside kInside>
std::size_t EscapeBlocks(std::string_view text, char** to) {
  const char* from = text.data();
  const char* const end = from + text.size();
  char* out = *to;
  for (; static_cast<std::size_t>(end - from) >= 2 * kBlockBytes; from += kBlockBytes) {
    const ByteBlock block = LoadBlock(from);
    StoreBlock(block, out);
    BlockMarks marks =
        kKind == TextKind::kUtf8 ? MarkSpecial<'\\', '"'>(block) : MarkOdd<'\\', '"'>(block);
    for (; marks != 0; marks &= marks - 1) {
      const std::size_t next = FirstOfBlock(marks);
      if (from[next] != '"' && (from[next] != '\\' || kInside == Inside::kJson)) {
        *to = out + next;
        return static_cast<std::size_t>(from + next - text.data());
      }
      out[next] = '\\';
      ++out;  // all that follows is one further behind
      StoreBlock(LoadBlock(from + next), out + next);
    }
    out += kBlockBytes;
  }
  *to = out;
  return static_cast<std::size_t>(from - text.data());
}

// Appends the start of `text` so; returns how many bytes it took. JSON has a quote every few bytes:
// a run for each would be slow.
template <TextKind kKind, Inside kInside>
std::size_t AppendBlocks(std::string_view text, TextBuffer* out) {
  constexpr std::size_t kShort = 8;  // not worth it
  if (text.size() < kShort) return 0;
  char* const begin = out->Room(2 * text.size() + 4 * kBlockBytes);
  char* to = begin;
  std::size_t done = EscapeBlocks<kKind, kInside>(text, &to);
  const std::string_view rest = text.substr(done);
  if (rest.size() < 2 * kBlockBytes) {  // once more, with spaces behind
    std::array<char, 3 * kBlockBytes> padded;
    padded.fill(' ');
    CopyBytes(rest, padded.data());
    const std::size_t taken = EscapeBlocks<kKind, kInside>({padded.data(), padded.size()}, &to);
    if (taken > rest.size()) to -= taken - rest.size();
    done += std::min(taken, rest.size());
  }
  out->Grow(static_cast<std::size_t>(to - begin));
  return done;
}

// The escape that `json` begins with, as JSON within JSON; returns how many bytes of it that is.
std::size_t AppendNestedEscape(std::string_view json, TextBuffer* out) {
  const Escape escape = ReadEscape(json);
  if (escape.is_lone_surrogate) out->NoteRepaired();
  AppendJsonInside(
      escape.is_lone_surrogate ? std::string_view("\\ufffd") : json.substr(0, escape.size), out);
  return escape.size;
}

}  // namespace

void AppendJsonString(std::string_view text, TextBuffer* out) {
  char* const to = out->Room(text.size() + 2);
  *to = '"';
  const std::size_t plain = CopyPlain<TextKind::kAny, '\\', '"'>(text, to + 1);
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
    text.remove_prefix(AppendBlocks<TextKind::kAny, Inside::kText>(text, out));
    text.remove_prefix(AppendPlain<TextKind::kAny, '\\', '"'>(text, out));
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

namespace {

template <TextKind kKind>
void AppendValue(std::string_view json, TextBuffer* out) {
  for (;;) {
    json.remove_prefix(AppendPlain<kKind, '\\'>(json, out));
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

template <TextKind kKind>
void AppendNested(std::string_view json, TextBuffer* out) {
  for (;;) {
    json.remove_prefix(AppendBlocks<kKind, Inside::kJson>(json, out));
    json.remove_prefix(AppendPlain<kKind, '\\', '"'>(json, out));
    if (json.empty()) return;
    const char c = json.front();
    if (c == '\\') {
      json.remove_prefix(AppendNestedEscape(json, out));
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      json.remove_prefix(AppendCharacter(json, out));
    } else {
      *out += c == '"' ? std::string_view("\\\"") : std::string_view(" ");
      json.remove_prefix(1);
    }
  }
}

}  // namespace

void AppendJsonValue(std::string_view json, TextBuffer* out, TextKind kind) {
  if (kind == TextKind::kPlain) {
    *out += json;
  } else if (kind == TextKind::kUtf8) {
    AppendValue<TextKind::kUtf8>(json, out);
  } else {
    AppendValue<TextKind::kAny>(json, out);
  }
}

void AppendNestedJson(std::string_view json, TextBuffer* out, TextKind kind) {
  *out += '"';
  kind == TextKind::kAny ? AppendNested<TextKind::kAny>(json, out)
                         : AppendNested<TextKind::kUtf8>(json, out);
  *out += '"';
}

void AppendInteger(std::int64_t value, TextBuffer* out) {
  out->GrowTo(WriteInteger(value, out->Room(kMostDigits)));
}

}  // namespace nsf
