// SPDX-License-Identifier: Apache-2.0
// What all formats copy alike: runs of plain characters, sixteen bytes at a time, and characters of
// several bytes. Bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/event/byte_block.h"
#include "core/event/text.h"
#include "core/format/text_buffer.h"

namespace nsf {

// Copies the bytes at the start of `text` that are no control characters, none of `kStops` and, of
// kAny, ASCII; returns how many. `to` has room for all of `text`, and what is behind those it
// copied may hold anything.
template <TextKind kKind, char... kStops>
std::size_t CopyPlain(std::string_view text, char* to) {
  constexpr bool kIsUtf8 = kKind == TextKind::kUtf8;
  const char* const from = text.data();
  const std::size_t size = text.size();
  const auto mark = [](const ByteBlock& block) {
    return kIsUtf8 ? MarkSpecial<kStops...>(block) : MarkOdd<kStops...>(block);
  };
  const auto copy = [&](std::size_t at) {
    const ByteBlock block = LoadBlock(from + at);
    StoreBlock(block, to + at);
    return block;
  };
  std::size_t i = 0;
  // Of what is long one jump decides on four blocks. Where something is in them, the next loop
  // finds it.
  constexpr std::size_t kLong = 4 * kBlockBytes;
  for (; size - i >= kLong; i += kLong) {
    const ByteBlock a = copy(i);
    const ByteBlock b = copy(i + kBlockBytes);
    const ByteBlock c = copy(i + 2 * kBlockBytes);
    const ByteBlock d = copy(i + 3 * kBlockBytes);
    if (HasSpecial<kStops...>(a, b, c, d)) break;
    if (!kIsUtf8 && MarkNoAscii(Join(Join(a, b), Join(c, d))) != 0) break;
  }
  for (; size - i >= kBlockBytes; i += kBlockBytes) {
    if (const BlockMarks odd = mark(copy(i))) return i + FirstOfBlock(odd);
  }
  if (i == size) return size;
  // Most texts are short: their end is one more step of the same kind, which begins earlier and
  // does some bytes again.
  if (size >= kBlockBytes) {
    i = size - kBlockBytes;
    const BlockMarks odd = mark(copy(i));
    return odd == 0 ? size : i + FirstOfBlock(odd);
  }
  // Those of less than a block are looked at as one, made of their first and their last bytes.
  const auto copy_ends = [&](auto first, const auto& block_of) {
    constexpr std::size_t kUnit = sizeof(first);
    auto last = first;
    std::memcpy(&first, from, kUnit);
    std::memcpy(&last, from + size - kUnit, kUnit);
    std::memcpy(to, &first, kUnit);
    std::memcpy(to + size - kUnit, &last, kUnit);
    const BlockMarks odd = mark(block_of(first, last));
    if (odd == 0) return size;
    const std::size_t at = FirstOfBlock(odd);
    return at < kUnit ? at : size - 2 * kUnit + at;
  };
  if (size >= sizeof(std::uint64_t)) return copy_ends(std::uint64_t{}, BlockOf);
  if (size >= sizeof(std::uint32_t)) {
    return copy_ends(std::uint32_t{}, [](std::uint64_t first, std::uint64_t last) {
      const std::uint64_t both = first | last << 32;
      return BlockOf(both, both);
    });
  }
  constexpr auto kIsPlain = [](char c) {
    constexpr unsigned kCount = kIsUtf8 ? 0xE0 : 0x60;
    return static_cast<unsigned char>(c) - 0x20U < kCount && ((c != kStops) && ...);
  };
  for (; i < size && kIsPlain(from[i]); ++i) to[i] = from[i];
  return i;
}

// The same at the end of `out`.
template <TextKind kKind, char... kStops>
std::size_t AppendPlain(std::string_view text, TextBuffer* out) {
  const std::size_t plain = CopyPlain<kKind, kStops...>(text, out->Room(text.size()));
  out->Grow(plain);
  return plain;
}

// Appends the character that `text` begins with, which is not ASCII; returns how many bytes it is.
std::size_t AppendCharacter(std::string_view text, TextBuffer* out);

// The start of `text` that is at most `limit` bytes and ends with a whole character.
std::string_view CutText(std::string_view text, std::size_t limit);

}  // namespace nsf
