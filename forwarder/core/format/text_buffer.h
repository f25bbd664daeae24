// SPDX-License-Identifier: Apache-2.0
// Text that grows at its end, for what is written event after event: appending a literal compiles
// to a few stores, where std::string calls a function for each piece.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace nsf {

class TextBuffer {
 public:
  TextBuffer() = default;

  // What was appended; valid until the next append.
  std::string_view view() const { return {data_.get(), size_}; }
  std::string str() const { return std::string(view()); }
  std::size_t size() const { return size_; }
  bool ends_with(char c) const { return size_ > 0 && data_[size_ - 1] == c; }

  // Keeps its memory for what is appended next.
  void clear() {
    size_ = 0;
    shortened_ = repaired_ = false;
  }

  // What could not be appended as it came, since clear(): noted here because it shows deep inside
  // of a format. Values were cut; bytes that are not UTF-8 were replaced.
  void NoteShortened() { shortened_ = true; }
  void NoteRepaired() { repaired_ = true; }
  void NoteAsIn(const TextBuffer& part) {
    shortened_ |= part.shortened_;
    repaired_ |= part.repaired_;
  }
  bool shortened() const { return shortened_; }
  bool repaired() const { return repaired_; }

  // Another one, empty, for what is put together before it is appended here. It is kept with this
  // one, so that a value costs no allocation; whoever asks again has it cleared.
  TextBuffer& Scratch() {
    if (!scratch_) scratch_ = std::make_unique<TextBuffer>();
    scratch_->clear();
    return *scratch_;
  }

  TextBuffer& operator+=(std::string_view text) {
    if (text.empty()) return *this;
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  TextBuffer& operator+=(char c) {
    *Room(1) = c;
    ++size_;
    return *this;
  }

  // Where at least `size` bytes can be written at the end; Grow() says how many were.
  char* Room(std::size_t size) {
    if (capacity_ - size_ < size) Reserve(size);
    return data_.get() + size_;
  }
  void Grow(std::size_t size) { size_ += size; }
  // The same: it ends at `end`, in the room that was given.
  void GrowTo(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }
  // Puts `c` in the place of the character that is at `at`.
  void Replace(std::size_t at, char c) { data_[at] = c; }
  // Takes back what is behind the first `size` bytes.
  void Shrink(std::size_t size) { size_ = size; }

 private:
  void Reserve(std::size_t size);

  std::unique_ptr<TextBuffer> scratch_;
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  bool shortened_ = false;
  bool repaired_ = false;
};

}  // namespace nsf
