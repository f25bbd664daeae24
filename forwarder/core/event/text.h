// SPDX-License-Identifier: Apache-2.0
// Small readings of text that several parts share. All of them are independent of the locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nsf {

// What is known of a text. Plain is UTF-8 that holds no backslash and no control character.
enum class TextKind : std::uint8_t { kAny, kUtf8, kPlain };

constexpr char ToLowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// ASCII letters only; `folded` is in lower case already.
constexpr bool EqualsFolded(std::string_view text, std::string_view folded) {
  if (text.size() != folded.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ToLowerAscii(text[i]) != folded[i]) return false;
  }
  return true;
}

// Without the spaces, tabs and line breaks around it.
constexpr std::string_view TrimSpaces(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The bytes of the well-formed UTF-8 sequence that `bytes` begins with (1 to 4); 0: there is none.
std::size_t Utf8Length(std::string_view bytes);

// How many bytes at the start of `bytes` are ASCII; fast.
std::size_t AsciiPrefix(std::string_view bytes);

bool IsUtf8(std::string_view bytes);

// All of `text`, in the form the tenant writes integers in: an optional sign and digits.
std::optional<std::int64_t> ReadInteger(std::string_view text);

// What the tenant, and the pipelines before it, write where there is no value: "", "null",
// "unknown", "-", "N/A", "NotAvailable", "NoSSL", "NotChecked", "none".
inline bool IsAbsentText(std::string_view text);

// A literal IPv4 or IPv6 address, without port, zone or prefix length.
bool IsIpAddress(std::string_view text);

// Any text, compared with each of them.
bool IsOneOfAbsentTexts(std::string_view text);

// The first letter of most texts tells that they are none of these.
inline bool IsAbsentText(std::string_view text) {
  if (text.empty()) return true;
  switch (text.front()) {
    case 'N':
    case 'U':
    case 'n':
    case 'u':
    case '-':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
      return IsOneOfAbsentTexts(text);
    default:
      return false;
  }
}

}  // namespace nsf
