// SPDX-License-Identifier: Apache-2.0
// The start of a text, cut into words and folded to lower case. What stands behind decides nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nsf {

// Words are matched whole; an entry that ends with '*' matches words that begin so, and one of
// several words ("log in") matches them in a row, whatever stands between them.
using WordEntries = std::vector<std::string>;

// Views `text`, which outlives it. Pure; costs no memory of its own.
class WordList {
 public:
  static constexpr std::size_t kMaxBytes = 160;
  static constexpr std::size_t kMaxWords = 24;

  explicit WordList(std::string_view text);

  std::size_t size() const { return size_; }
  // In lower case.
  std::string_view Folded(std::size_t i) const {
    return {folded_.data() + starts_[i], std::size_t{ends_[i]} - starts_[i]};
  }
  // Some entry matches. Word `but`, if there is one, is left out of entries of one word.
  bool HasAny(const WordEntries& entries, std::size_t but = kMaxWords) const;
  // Word `i` is one of the entries, which are single words.
  bool IsOneOf(std::size_t i, const WordEntries& entries) const;

  // Where words `first` up to `end` stand in the text.
  std::size_t Begin(std::size_t first) const { return starts_[first]; }
  std::size_t End(std::size_t end) const { return ends_[end - 1]; }

 private:
  // A bit for each letter, and one for all else: most entries begin with no word's first letter.
  static std::uint32_t Initial(char c) {
    return 1U << (c >= 'a' && c <= 'z' ? static_cast<unsigned>(c - 'a') : 26U);
  }
  bool Has(std::string_view entry, std::size_t but) const;
  bool HasAt(std::size_t word, std::string_view entry, bool is_prefix) const;

  std::array<char, kMaxBytes> folded_;  // byte for byte as the text; what is no word is a space
  std::array<std::uint8_t, kMaxWords> starts_;
  std::array<std::uint8_t, kMaxWords> ends_;
  std::size_t size_ = 0;
  std::uint32_t initials_ = 0;  // of all words
};

}  // namespace nsf
