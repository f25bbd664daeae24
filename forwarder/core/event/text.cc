// SPDX-License-Identifier: Apache-2.0
// Text readings: folding, UTF-8, integers, sentinels, addresses.
#include "core/event/text.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>

#include "core/event/byte_marks.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 9> kAbsentTexts = {
    "", "null", "unknown", "-", "n/a", "none", "notavailable", "nossl", "notchecked"};

constexpr bool IsContinuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

}  // namespace

bool EqualsFolded(std::string_view text, std::string_view folded) {
  if (text.size() != folded.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ToLowerAscii(text[i]) != folded[i]) return false;
  }
  return true;
}

std::string_view TrimSpaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// Table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
std::size_t Utf8Length(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  const unsigned char second = at(1);
  if (!IsContinuation(second)) return 0;
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead == 0xF4 && second > 0x8F) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!IsContinuation(at(i))) return 0;
  }
  return length;
}

std::size_t AsciiPrefix(std::string_view bytes) {
  std::size_t i = 0;
  while (bytes.size() - i >= 32) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), bytes.data() + i, sizeof(words));
    if (MarkHigh(words[0] | words[1] | words[2] | words[3]) != 0) break;
    i += sizeof(words);
  }
  while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) ++i;
  return i;
}

bool IsUtf8(std::string_view bytes) {
  for (;;) {
    bytes.remove_prefix(AsciiPrefix(bytes));
    if (bytes.empty()) return true;
    const std::size_t length = Utf8Length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
}

std::optional<std::int64_t> ReadInteger(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool IsAbsentText(std::string_view text) {
  text = TrimSpaces(text);
  for (const std::string_view absent : kAbsentTexts) {
    if (EqualsFolded(text, absent)) return true;
  }
  return false;
}

bool IsIpAddress(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() < 2 || text.size() >= terminated.size()) return false;
  // A NUL inside would end the text early for inet_pton, and the rest would go unseen.
  if (text.find('\0') != std::string_view::npos) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  std::array<unsigned char, 16> address;
  const int family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  return inet_pton(family, terminated.data(), address.data()) == 1;
}

}  // namespace nsf
