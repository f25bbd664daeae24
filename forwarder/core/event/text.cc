// SPDX-License-Identifier: Apache-2.0
// Text readings: folding, UTF-8, integers, sentinels, addresses.
#include "core/event/text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "core/event/byte_block.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 9> kAbsentTexts = {
    "", "null", "unknown", "-", "n/a", "none", "notavailable", "nossl", "notchecked"};

constexpr std::size_t kLongestAbsent = 12;
static_assert(std::all_of(kAbsentTexts.begin(), kAbsentTexts.end(),
                          [](std::string_view text) { return text.size() <= kLongestAbsent; }));

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr bool IsHexDigit(char c) {
  const char lower = ToLowerAscii(c);
  return IsDigit(c) || (lower >= 'a' && lower <= 'f');
}

// Eight bytes of text, the first one lowest.
constexpr std::size_t kDigitsAtOnce = 8;

std::uint64_t LoadDigits(const char* bytes) {
  std::uint64_t digits = 0;
  std::memcpy(&digits, bytes, sizeof digits);
  if constexpr (std::endian::native == std::endian::big) digits = __builtin_bswap64(digits);
  return digits;
}

bool AreDigits(std::uint64_t bytes) {
  constexpr std::uint64_t kAboveNine = 0x4646464646464646;  // carries into the highest bit
  constexpr std::uint64_t kZeros = 0x3030303030303030;      // borrows from it
  return ((bytes | (bytes + kAboveNine) | (bytes - kZeros)) & 0x8080808080808080) == 0;
}

// Neighbours are joined: to numbers of two digits, of four, of eight.
std::int64_t ValueOfDigits(std::uint64_t digits) {
  digits &= 0x0F0F0F0F0F0F0F0F;
  digits = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
  digits = (digits * 100 + (digits >> 16)) & 0x0000FFFF0000FFFF;
  digits = (digits * 10'000 + (digits >> 32)) & 0x00000000FFFFFFFF;
  return static_cast<std::int64_t>(digits);
}

// Four numbers up to 255 without leading zeros, as inet_pton() takes them.
bool IsIpv4Address(std::string_view text) {
  for (int number = 0; number < 4; ++number) {
    if (number > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && digits < 3 && IsDigit(text[digits]); ++digits) {
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
    }
    if (digits == 0 || value > 255 || (digits > 1 && text.front() == '0')) return false;
    text.remove_prefix(digits);
  }
  return text.empty();
}

bool IsIpv6Address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return false;
  // A NUL inside would end the text early for inet_pton, and the rest would go unseen.
  if (text.find('\0') != std::string_view::npos) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  std::array<unsigned char, 16> address;
  return inet_pton(AF_INET6, terminated.data(), address.data()) == 1;
}

constexpr bool IsContinuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

}  // namespace

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
  const auto block = [bytes](std::size_t at) { return LoadBlock(bytes.data() + at); };
  constexpr std::size_t kStep = 4 * kBlockBytes;
  std::size_t i = 0;
  for (; bytes.size() - i >= kStep; i += kStep) {
    const ByteBlock first = Join(block(i), block(i + kBlockBytes));
    const ByteBlock last = Join(block(i + 2 * kBlockBytes), block(i + 3 * kBlockBytes));
    if (MarkNoAscii(Join(first, last)) != 0) break;
  }
  for (; bytes.size() - i >= kBlockBytes; i += kBlockBytes) {
    const BlockMarks others = MarkNoAscii(block(i));
    if (others != 0) return i + FirstOfBlock(others);
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
  constexpr std::size_t kNeverTooMany = 18;  // digits, for 63 bits
  const char* at = text.data();
  const char* const end = at + text.size();
  std::int64_t value = 0;
  if (!text.empty() && text.size() <= kNeverTooMany) {
    if (text.size() >= kDigitsAtOnce && AreDigits(LoadDigits(at))) {
      value = ValueOfDigits(LoadDigits(at));
      at += kDigitsAtOnce;
    }
    for (; at != end && IsDigit(*at); ++at) value = value * 10 + (*at - '0');
    if (at == end) return value;
  }
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool IsOneOfAbsentTexts(std::string_view text) {
  text = TrimSpaces(text);
  return text.size() <= kLongestAbsent &&
         std::any_of(kAbsentTexts.begin(), kAbsentTexts.end(),
                     [text](std::string_view absent) { return EqualsFolded(text, absent); });
}

bool IsIpAddress(std::string_view text) {
  // Of most names the first letter tells.
  if (text.empty() || !(IsHexDigit(text.front()) || text.front() == ':')) return false;
  return IsIpv4Address(text) || (text.find(':') != std::string_view::npos && IsIpv6Address(text));
}

}  // namespace nsf
