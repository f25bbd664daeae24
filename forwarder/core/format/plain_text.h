// SPDX-License-Identifier: Apache-2.0
// What all formats copy alike: runs of plain characters, sixteen bytes at a time, and characters of
// several bytes. Bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/event/byte_block.h"
#include "core/event/byte_marks.h"
#include "core/event/text.h"
#include "core/format/text_buffer.h"

namespace nsf {

// Copies the bytes at the start of `text` that are no control characters, none of `kStops` and, of
// kAny, ASCII; returns how many. `to` has room for all of `text`, and what is behind those it
// copied may hold anything.
template <TextKind kKind, char... kStops>
std::size_t CopyPlain(std::string_view text, char* to) {
  constexpr bool kIsUtf8 = kKind == TextKind::kUtf8;
  const auto mark_block = [](const ByteBlock& block) {
    return kIsUtf8 ? MarkSpecial<kStops...>(block) : MarkOdd<kStops...>(block);
  };
  const char* const from = text.data();
  const std::size_t size = text.size();
  std::size_t i = 0;
  for (; size - i >= kBlockBytes; i += kBlockBytes) {
    const ByteBlock block = LoadBlock(from + i);
    StoreBlock(block, to + i);
    if (const BlockMarks odd = mark_block(block)) return i + FirstOfBlock(odd);
  }
  if (i == size) return size;
  // Most texts are short: their end is one more step of the same kind, which begins earlier and
  // does some bytes again.
  if (size >= kBlockBytes) {
    i = size - kBlockBytes;
    const ByteBlock block = LoadBlock(from + i);
    StoreBlock(block, to + i);
    const BlockMarks odd = mark_block(block);
    return odd == 0 ? size : i + FirstOfBlock(odd);
  }
  const auto mark = [](std::uint64_t word) -> ByteMarks {
    const ByteMarks odd = kIsUtf8 ? MarkControls(word) : MarkHigh(word) | MarkControls(word);
    return (odd | ... | MarkEqual(word, kStops));
  };
  if (size >= kWordBytes) {
    const std::uint64_t first = LoadWord(from);
    const std::uint64_t last = LoadWord(from + size - kWordBytes);
    std::memcpy(to, &first, kWordBytes);
    std::memcpy(to + size - kWordBytes, &last, kWordBytes);
    if (const ByteMarks odd = mark(first)) return FirstMarked(odd);
    const ByteMarks odd = mark(last);
    return odd == 0 ? size : size - kWordBytes + FirstMarked(odd);
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
