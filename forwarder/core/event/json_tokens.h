// SPDX-License-Identifier: Apache-2.0
// Where the tokens of a JSON text begin, as simdjson's first stage finds them: many bytes at a
// time, by the vector instructions of the machine it runs on. What tokens follow one another, and
// what numbers, literals and escapes look like, is not looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace nsf {

class JsonTokens {
 public:
  JsonTokens();
  ~JsonTokens();
  JsonTokens(const JsonTokens&) = delete;
  JsonTokens& operator=(const JsonTokens&) = delete;

  // False: `text` is empty, not UTF-8, 4 GiB or more, holds a control character in a string or a
  // string without an end; or there is no memory. What was found before is lost.
  bool Find(std::string_view text);

  // The first byte of each token, ascending: brackets, commas, colons, the opening quote of a
  // string, the first byte of anything else that is no white space. Behind the last one stands
  // twice, and may be read, the size of the text. Valid until the next call of Find() or Release().
  std::span<const std::uint32_t> begins() const { return begins_; }

  // Memory is kept for the next text, unless this one had very many tokens.
  void Release();

 private:
  struct Finder;  // simdjson's

  std::unique_ptr<Finder> finder_;
  std::span<const std::uint32_t> begins_;
};

}  // namespace nsf
