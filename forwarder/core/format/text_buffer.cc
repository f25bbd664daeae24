// SPDX-License-Identifier: Apache-2.0
// Growing: doubled, so that each byte is copied twice at most.
#include "core/format/text_buffer.h"

#include <algorithm>
#include <utility>

namespace nsf {

void TextBuffer::Reserve(std::size_t size) {
  constexpr std::size_t kLeast = 512;
  const std::size_t capacity = std::max({kLeast, 2 * capacity_, size_ + size});
  auto grown = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
  data_ = std::move(grown);
  capacity_ = capacity;
}

}  // namespace nsf
