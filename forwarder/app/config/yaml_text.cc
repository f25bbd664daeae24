// SPDX-License-Identifier: Apache-2.0
#include "app/config/yaml_text.h"

#include <array>

namespace nsf {
namespace {

bool IsPlain(Kind kind) {
  switch (kind) {
    case Kind::kName:
    case Kind::kBool:
    case Kind::kInteger:
    case Kind::kSize:
    case Kind::kBytes:
    case Kind::kRate:
    case Kind::kDuration:
    case Kind::kDurationOrAuto:
    case Kind::kStart:
    case Kind::kDate:
      return true;
    default:
      return false;
  }
}

// YAML reads 1.2 as a number, which is harmless here and odd for people.
bool IsWord(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

}  // namespace

std::string YamlQuoted(std::string_view text) {
  constexpr std::array<char, 17> kHex{"0123456789abcdef"};
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex.at(byte >> 4U);
      out += kHex.at(byte & 0xfU);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string YamlValue(const Key& key, std::string_view text) {
  const bool plain = IsPlain(key.kind) || (key.kind == Kind::kChoice && IsWord(text));
  return plain && !text.empty() ? std::string(text) : YamlQuoted(text);
}

}  // namespace nsf
