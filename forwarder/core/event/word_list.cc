// SPDX-License-Identifier: Apache-2.0
// Cutting a text into words, and finding entries among them.
#include "core/event/word_list.h"

#include <algorithm>

#include "core/event/text.h"

namespace nsf {
namespace {

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// `entry` without its '*', if it has one.
bool TakeStar(std::string_view* entry) {
  const bool is_prefix = entry->ends_with('*');
  if (is_prefix) entry->remove_suffix(1);
  return is_prefix;
}

}  // namespace

WordList::WordList(std::string_view text) {
  text = text.substr(0, kMaxBytes);
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = ToLowerAscii(text[i]);
    const bool is_word = IsWordByte(c);
    folded_[i] = is_word ? c : ' ';
    if (is_word && !in_word) {
      if (size_ == kMaxWords) break;
      starts_[size_++] = static_cast<std::uint8_t>(i);
      initials_ |= Initial(c);
    }
    if (is_word) ends_[size_ - 1] = static_cast<std::uint8_t>(i + 1);
    in_word = is_word;
  }
}

bool WordList::HasAny(const WordEntries& entries, std::size_t but) const {
  return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
    return !entry.empty() && (initials_ & Initial(entry.front())) != 0 && Has(entry, but);
  });
}

bool WordList::IsOneOf(std::size_t i, const WordEntries& entries) const {
  return std::any_of(entries.begin(), entries.end(), [&](std::string_view entry) {
    const bool is_prefix = TakeStar(&entry);
    return HasAt(i, entry, is_prefix);
  });
}

bool WordList::Has(std::string_view entry, std::size_t but) const {
  const bool is_prefix = TakeStar(&entry);
  const bool one_word = entry.find(' ') == std::string_view::npos;
  for (std::size_t i = 0; i < size_; ++i) {
    if (one_word && i == but) continue;
    if (HasAt(i, entry, is_prefix)) return true;
  }
  return false;
}

bool WordList::HasAt(std::size_t word, std::string_view entry, bool is_prefix) const {
  for (; word < size_; ++word) {
    const std::string_view have = Folded(word);
    const std::string_view want = entry.substr(0, entry.find(' '));
    const bool is_last = want.size() == entry.size();
    const bool matches = is_last && is_prefix ? have.starts_with(want) : have == want;
    if (!matches || is_last) return matches;
    entry.remove_prefix(want.size() + 1);
  }
  return false;
}

}  // namespace nsf
