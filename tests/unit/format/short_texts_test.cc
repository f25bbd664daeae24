// SPDX-License-Identifier: Apache-2.0
// Texts of a row that are copied whatever their size.
#include "core/format/short_texts.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nsf {
namespace {

// Memory of exactly so many bytes: what is read behind them, a sanitizer finds.
std::vector<char> Bytes(std::size_t size) {
  std::vector<char> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('A' + i % 26);
  return bytes;
}

Row RowOf(const std::vector<char>& bytes) {
  Row row;
  row.raw = {bytes.data(), bytes.size()};
  return row;
}

TEST_CASE("Short texts are copied, wherever they stand in the row") {
  for (const std::size_t row_size :
       {std::size_t{15}, kBlockBytes, std::size_t{31}, std::size_t{90}}) {
    const std::vector<char> bytes = Bytes(row_size);
    const Row row = RowOf(bytes);
    const ShortTexts texts(row);
    for (std::size_t begin = 0; begin < row_size; ++begin) {
      for (std::size_t size = 0; begin + size <= row_size; ++size) {
        const std::string_view text = row.raw.substr(begin, size);
        const bool is_short = size <= 32 && begin + kBlockBytes <= row_size;
        REQUIRE(texts.Has(text) == is_short);
        if (!is_short) continue;
        std::array<char, ShortTexts::kMostBytes> copy;
        const char* const end = texts.Copy(text, copy.data());
        REQUIRE(std::string_view(copy.data(), static_cast<std::size_t>(end - copy.data())) == text);
      }
    }
  }
}

TEST_CASE("A byte that stops is found in the text, and not beside it") {
  for (const char stop : {'=', '\n', '\x1f', '\0'}) {
    for (std::size_t at = 0; at < 70; ++at) {
      std::vector<char> bytes = Bytes(70);
      bytes[at] = stop;
      const Row row = RowOf(bytes);
      const ShortTexts texts(row);
      for (std::size_t begin = 0; begin + kBlockBytes <= bytes.size(); ++begin) {
        for (std::size_t size = 0; size <= std::min<std::size_t>(32, bytes.size() - begin);
             ++size) {
          const bool is_inside = begin <= at && at < begin + size;
          REQUIRE(texts.HasWithout<'='>(row.raw.substr(begin, size)) == !is_inside);
        }
      }
    }
  }
}

TEST_CASE("Texts from elsewhere, and of rows that are not UTF-8, are none of them") {
  const std::vector<char> bytes = Bytes(90);
  const std::vector<char> others = Bytes(90);
  Row row = RowOf(bytes);
  CHECK_FALSE(ShortTexts(row).Has({others.data(), 20}));
  CHECK_FALSE(ShortTexts(row).Has(row.raw.substr(row.raw.size())));
  CHECK_FALSE(ShortTexts(row).Has({}));
  row.kind = TextKind::kAny;
  CHECK_FALSE(ShortTexts(row).Has(row.raw.substr(0, 20)));
}

}  // namespace
}  // namespace nsf
