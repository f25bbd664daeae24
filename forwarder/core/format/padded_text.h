// SPDX-License-Identifier: Apache-2.0
// Texts of a table: each is kept in as many bytes as the longest, and copied with all of them, by a
// few stores that do not depend on which it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nsf {

template <std::size_t kMostBytes>
class PaddedText {
 public:
  constexpr PaddedText() = default;
  template <std::size_t kSize>
  consteval PaddedText(const char (&literal)[kSize])  // NOLINT(google-explicit-constructor)
      : size_(kSize - 1) {
    static_assert(kSize - 1 <= kMostBytes && kMostBytes <= UINT8_MAX);
    for (std::size_t i = 0; i < size_; ++i) bytes_[i] = literal[i];
  }

  // Copies it to where kMostBytes are free; returns what is behind the copy.
  char* Copy(char* to) const {
    std::memcpy(to, bytes_.data(), kMostBytes);
    return to + size_;
  }

 private:
  std::array<char, kMostBytes> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace nsf
