// SPDX-License-Identifier: Apache-2.0
// Escaping and mending; runs of plain bytes are found eight at a time and copied whole.
#include "core/format/json_text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "core/event/surrogates.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

constexpr std::uint64_t ZeroBytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; }

// A mark in each byte that may not be copied as it is. There may be false marks above a true one,
// so that only "none" and "some" mean anything.
constexpr std::uint64_t OddBytes(std::uint64_t word) {
  const std::uint64_t controls = (word - kOnes * 0x20) & ~word & kHighBits;
  const std::uint64_t backslashes = ZeroBytes(word ^ (kOnes * '\\'));
  return (word & kHighBits) | controls | backslashes;
}

bool IsPlain(char c) { return static_cast<unsigned char>(c) - 0x20U < 0x60U && c != '\\'; }

// How many bytes at the start are printable ASCII but the backslash and, if asked, the quote.
template <bool kStopAtQuote>
std::size_t PlainPrefix(std::string_view text) {
  std::size_t i = 0;
  for (; text.size() - i >= sizeof(std::uint64_t); i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    std::uint64_t odd = OddBytes(word);
    if (kStopAtQuote) odd |= ZeroBytes(word ^ (kOnes * '"'));
    if (odd != 0) break;
  }
  while (i < text.size() && IsPlain(text[i]) && !(kStopAtQuote && text[i] == '"')) ++i;
  return i;
}

// Appends the character that `text` begins with, which is not ASCII; returns how many bytes it is.
std::size_t AppendCharacter(std::string_view text, std::string* out) {
  const std::size_t length = Utf8Length(text);
  if (length == 0) {
    *out += kReplacement;
    return 1;
  }
  *out += text.substr(0, length);
  return length;
}

void AppendEscaped(char c, std::string* out) {
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

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  for (;;) {
    const std::size_t plain = PlainPrefix<true>(text);
    *out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (static_cast<unsigned char>(text.front()) >= 0x80) {
      text.remove_prefix(AppendCharacter(text, out));
    } else {
      AppendEscaped(text.front(), out);
      text.remove_prefix(1);
    }
  }
  *out += '"';
}

void AppendJsonValue(std::string_view json, std::string* out) {
  for (;;) {
    const std::size_t plain = PlainPrefix<false>(json);
    *out += json.substr(0, plain);
    json.remove_prefix(plain);
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

void AppendInteger(std::int64_t value, std::string* out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out->append(digits.data(), end);
}

}  // namespace nsf
