// SPDX-License-Identifier: Apache-2.0
// The short texts of a row, which most values are: one block, or two that overlap. They are copied
// as two in any case: that asks nothing, so that nothing is guessed wrong.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/event/byte_block.h"
#include "core/event/row.h"
#include "core/event/text.h"
#include "core/format/text_buffer.h"

namespace nsf {

class ShortTexts {
 public:
  static constexpr std::size_t kMostBytes = 2 * kBlockBytes;

  // The row's bytes outlive this object.
  explicit ShortTexts(const Row& row) : row_(row.raw.data()) {
    if (row.kind != TextKind::kAny && row.raw.size() >= kBlockBytes)
      begins_ = row.raw.size() - kBlockBytes + 1;
  }

  // Whether `text` is one of those, and a block can be read where it begins. It is plain then: see
  // Row::IsPlain.
  bool Has(std::string_view text) const {
    return OffsetOf(text) < begins_ && text.size() <= kMostBytes;
  }
  // The same, and nothing in it is `kStop` or a control character, as may be in what is no text.
  template <char kStop>
  bool HasWithout(std::string_view text) const {
    if (!Has(text)) return false;
    const char* const from = row_ + OffsetOf(text);
    const BlockMarks stops =
        MarkSpecial<kStop>(LoadBlock(from)) | MarkSpecial<kStop>(LoadBlock(from + LastBlock(text)));
    const std::size_t looked_at = std::min(text.size(), kBlockBytes);
    return (stops & ((BlockMarks{1} << looked_at) - 1)) == 0;
  }

  // Appends such a text.
  void Append(std::string_view text, TextBuffer* out) const {
    out->GrowTo(Copy(text, out->Room(kMostBytes)));
  }
  // Copies such a text to where kMostBytes are free, and may change all of them; returns what is
  // behind the copy.
  char* Copy(std::string_view text, char* to) const {
    const char* const from = row_ + OffsetOf(text);
    const std::size_t last = LastBlock(text);
    const ByteBlock first_block = LoadBlock(from);
    const ByteBlock last_block = LoadBlock(from + last);
    StoreBlock(first_block, to);
    StoreBlock(last_block, to + last);
    return to + text.size();
  }

 private:
  // Of a text from elsewhere it is larger than any row.
  std::uintptr_t OffsetOf(std::string_view text) const {
    return reinterpret_cast<std::uintptr_t>(text.data()) - reinterpret_cast<std::uintptr_t>(row_);
  }
  // Where in `text` that begins; of less than a block it is the first one.
  static std::size_t LastBlock(std::string_view text) {
    return std::max(text.size(), kBlockBytes) - kBlockBytes;
  }

  const char* row_;
  std::uintptr_t begins_ = 0;  // offsets at which such a text may begin
};

}  // namespace nsf
