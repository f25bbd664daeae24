// SPDX-License-Identifier: Apache-2.0
// The short texts of a row, which most values are. They are copied two blocks at a time, whatever
// their size: that asks nothing, so that nothing is guessed wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/event/byte_block.h"
#include "core/event/row.h"

namespace nsf {

class ShortTexts {
 public:
  static constexpr std::size_t kMostBytes = 2 * kBlockBytes;

  // The row's bytes outlive this object.
  explicit ShortTexts(const Row& row) : row_(row.raw.data()) {
    if (row.valid_utf8 && row.raw.size() > kMostBytes) size_ = row.raw.size() - kMostBytes;
  }

  // Whether `text` is one of those, and followed by so much of the row that all of kMostBytes can
  // be read. It is plain then: see Row::IsPlain.
  bool Has(std::string_view text) const {
    return OffsetOf(text) < size_ && text.size() <= kMostBytes;
  }
  // The same, and nothing in it is `kStop` or a control character, as may be in what is no text.
  template <char kStop>
  bool HasWithout(std::string_view text) const {
    if (!Has(text)) return false;
    const char* const from = row_ + OffsetOf(text);
    const std::uint64_t stops = std::uint64_t{MarkSpecial<kStop>(LoadBlock(from))} |
                                std::uint64_t{MarkSpecial<kStop>(LoadBlock(from + kBlockBytes))}
                                    << kBlockBytes;
    return (stops & ((std::uint64_t{1} << text.size()) - 1)) == 0;
  }

  // Copies such a text, and what is behind it, to where kMostBytes are free; returns what is behind
  // the copy of the text.
  char* Copy(std::string_view text, char* to) const {
    const char* const from = row_ + OffsetOf(text);
    const ByteBlock first = LoadBlock(from);
    const ByteBlock second = LoadBlock(from + kBlockBytes);
    StoreBlock(first, to);
    StoreBlock(second, to + kBlockBytes);
    return to + text.size();
  }

 private:
  // Of a text from elsewhere it is larger than any row.
  std::uintptr_t OffsetOf(std::string_view text) const {
    return reinterpret_cast<std::uintptr_t>(text.data()) - reinterpret_cast<std::uintptr_t>(row_);
  }

  const char* row_;
  std::uintptr_t size_ = 0;  // of its bytes, those where such a text may begin
};

}  // namespace nsf
