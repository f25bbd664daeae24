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

// A text is taken by pieces that stay in the CPU's cache. For one thread at a time.
class JsonTokens {
 public:
  JsonTokens();
  ~JsonTokens();
  JsonTokens(const JsonTokens&) = delete;
  JsonTokens& operator=(const JsonTokens&) = delete;

  // `text`, of less than 4 GiB, outlives the last call of Next(). Memory is kept for the next text,
  // unless this one needed very much.
  void Begin(std::string_view text);

  // The next piece: not empty, ending with the text or with a token that is a comma. False: there
  // is none left, or what follows is no text that tokens can be found in: not UTF-8, a control
  // character in a string, a string without an end.
  bool Next();

  std::string_view piece() const { return piece_; }
  // The first byte of each token in the piece, ascending: brackets, commas, colons, the opening
  // quote of a string, the first byte of anything else that is no white space. Behind the last one
  // stands, and may be read, the size of the piece. Valid until the next call of Next().
  std::span<const std::uint32_t> begins() const { return begins_; }

 private:
  enum class Found : std::uint8_t { kTokens, kCutString, kFault };
  struct Finder;  // simdjson's

  Found Find(std::string_view piece);

  std::unique_ptr<Finder> finder_;
  std::string_view rest_;
  std::string_view piece_;
  std::span<const std::uint32_t> begins_;
};

}  // namespace nsf
