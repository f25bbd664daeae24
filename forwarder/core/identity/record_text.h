// SPDX-License-Identifier: Apache-2.0
// The bytes of a picture's records: numbers of seven bits a byte, texts behind their size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nsf {

// The flags of a user.
inline constexpr std::uint64_t kUserActiveKnown = 1;
inline constexpr std::uint64_t kUserActive = 2;
inline constexpr std::uint64_t kUserGone = 4;  // not listed any more

inline void PutNumber(std::uint64_t number, std::string* out) {
  for (; number >= 0x80; number >>= 7U) out->push_back(static_cast<char>(number | 0x80U));
  out->push_back(static_cast<char>(number));
}

inline void PutText(std::string_view text, std::string* out) {
  PutNumber(text.size(), out);
  out->append(text);
}

// Reads what the two above wrote. What is damaged reads as zero and empty, and `ok` is false.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : left_(bytes) {}

  std::uint64_t Number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return number;
    }
    ok_ = false;
    return 0;
  }

  std::string_view Text() {
    const std::uint64_t size = Number();
    if (size > left_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view text = left_.substr(0, size);
    left_.remove_prefix(size);
    return text;
  }

  bool ok() const { return ok_; }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace nsf
