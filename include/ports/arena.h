// SPDX-License-Identifier: Apache-2.0
// Memory that the records of a batch point into: pieces never move, and live as long as the arena.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace nsf {

// Used by one thread at a time.
class Arena {
 public:
  // Copies `bytes` and returns the copy.
  std::string_view Copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    if (bytes.size() > free_bytes_) Grow(bytes.size());
    std::memcpy(free_, bytes.data(), bytes.size());
    const std::string_view copy(free_, bytes.size());
    free_ += bytes.size();
    free_bytes_ -= bytes.size();
    size_bytes_ += bytes.size();
    return copy;
  }

  // The bytes copied so far.
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  // Of raw rows a part needs 40 KiB for ids and users, and none of the rest.
  static constexpr std::size_t kChunkBytes = std::size_t{48} * 1024;

  void Grow(std::size_t at_least) {
    free_bytes_ = at_least > kChunkBytes ? at_least : kChunkBytes;
    chunks_.push_back(std::unique_ptr<char[]>(new char[free_bytes_]));
    free_ = chunks_.back().get();
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t size_bytes_ = 0;
};

}  // namespace nsf
