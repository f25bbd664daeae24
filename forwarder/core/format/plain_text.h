// SPDX-License-Identifier: Apache-2.0
// What all formats copy alike: runs of plain characters, eight bytes at a time, and characters of
// several bytes. Bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "core/event/byte_marks.h"
#include "core/format/text_buffer.h"

namespace nsf {

// Appends the bytes at the start that are ASCII, no control characters and none of `kStops`;
// returns how many.
template <char... kStops>
std::size_t AppendPlain(std::string_view text, TextBuffer* out) {
  constexpr auto kIsPlain = [](char c) {
    return static_cast<unsigned char>(c) - 0x20U < 0x60U && ((c != kStops) && ...);
  };
  char* const to = out->Room(text.size());
  std::size_t i = 0;
  for (; text.size() - i >= kWordBytes; i += kWordBytes) {
    const std::uint64_t word = LoadWord(text.data() + i);
    const ByteMarks odd = ((MarkHigh(word) | MarkControls(word)) | ... | MarkEqual(word, kStops));
    std::memcpy(to + i, &word, sizeof(word));
    if (odd == 0) continue;
    i += FirstMarked(odd);
    out->Grow(i);
    return i;
  }
  for (; i < text.size() && kIsPlain(text[i]); ++i) to[i] = text[i];
  out->Grow(i);
  return i;
}

// Appends the character that `text` begins with, which is not ASCII; returns how many bytes it is.
std::size_t AppendCharacter(std::string_view text, TextBuffer* out);

// The start of `text` that is at most `limit` bytes and ends with a whole character.
std::string_view CutText(std::string_view text, std::size_t limit);

}  // namespace nsf
