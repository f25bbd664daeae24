// SPDX-License-Identifier: Apache-2.0
// Six bits a character.
#include "core/format/base64.h"

#include <cstddef>
#include <cstdint>

namespace nsf {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  while (!bytes.empty()) {
    const std::size_t taken = bytes.size() < 3 ? bytes.size() : 3;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < taken ? static_cast<unsigned char>(bytes[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= taken ? kAlphabet[(group >> (18 - 6 * i)) & 0x3FU] : '=';
    }
    bytes.remove_prefix(taken);
  }
  return out;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  while (!text.empty()) {
    std::uint32_t group = 0;
    std::size_t padding = 0;
    for (const char c : text.substr(0, 4)) {
      const std::size_t digit = kAlphabet.find(c);
      if (c == '=') ++padding;
      if (c != '=' && (digit == std::string_view::npos || padding > 0)) return std::nullopt;
      group = group << 6U | (c == '=' ? 0U : static_cast<std::uint32_t>(digit));
    }
    if (padding > 2 || (padding > 0 && text.size() > 4)) return std::nullopt;
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      out += static_cast<char>(group >> (16 - 8 * i) & 0xFFU);
    }
    text.remove_prefix(4);
  }
  return out;
}

}  // namespace nsf
