// SPDX-License-Identifier: Apache-2.0
#include "core/event/unescape.h"

#include <algorithm>
#include <cstdint>

#include "core/event/surrogates.h"

namespace nsf {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

void AppendUtf8(std::uint32_t point, std::string* out) {
  const auto append = [out](std::uint32_t byte) { *out += static_cast<char>(byte); };
  const auto append_rest = [&](unsigned shift) { append(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) {
    append(point);
  } else if (point < 0x800) {
    append(0xC0U | (point >> 6));
    append_rest(0);
  } else if (point < 0x10000) {
    append(0xE0U | (point >> 12));
    append_rest(6);
    append_rest(0);
  } else {
    append(0xF0U | (point >> 18));
    append_rest(12);
    append_rest(6);
    append_rest(0);
  }
}

// `escape` is a \uXXXX, or two that are a pair.
std::uint32_t PointOf(std::string_view escape, bool is_lone_surrogate) {
  if (is_lone_surrogate) return kReplacement;
  const std::uint32_t first = ReadUnit(escape);
  if (escape.size() <= kUnicodeEscapeSize) return first;
  const std::uint32_t second = ReadUnit(escape.substr(kUnicodeEscapeSize));
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

// What a backslash and `letter` mean.
char CharOf(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;  // a quote, a backslash, a slash
  }
}

}  // namespace

bool HasEscapes(std::string_view inside) { return inside.find('\\') != std::string_view::npos; }

void AppendUnescaped(std::string_view inside, std::string* out) {
  for (;;) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out->append(inside.substr(0, plain));
    inside.remove_prefix(plain);
    if (inside.size() < 2) return;
    const Escape escape = ReadEscape(inside);
    if (inside[1] == 'u') {
      AppendUtf8(PointOf(inside.substr(0, escape.size), escape.is_lone_surrogate), out);
    } else {
      *out += CharOf(inside[1]);
    }
    inside.remove_prefix(escape.size);
  }
}

}  // namespace nsf
