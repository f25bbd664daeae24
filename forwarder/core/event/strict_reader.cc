// SPDX-License-Identifier: Apache-2.0
// A recursive descent over tokens, as deep as PageContent::Open allows.
#include "core/event/strict_reader.h"

#include <algorithm>
#include <array>

#include "core/event/json_grammar.h"
#include "core/event/json_tokens.h"

namespace nsf {
namespace {

// Where a token begins, among those of a piece. Null: the text is not as JSON's grammar has it.
using Token = const std::uint32_t*;

// Stands behind the last token.
constexpr std::array<char, 2> kNothing = {'\0', '\0'};
constexpr std::array<std::uint32_t, 2> kNoTokens = {1, 1};

class StrictReader {
 public:
  StrictReader(std::size_t start, JsonTokens* tokens, PageContent* content)
      : tokens_(*tokens), content_(*content) {
    tokens_.Begin(content_.body().substr(start));
  }

  bool Run() { return Value(TakePiece()) == kNoTokens.data(); }

 private:
  // Each function reads what begins at a token and returns the one behind. What is not of interest
  // to the content is skipped: its tokens are checked, and not told.

  Token Value(Token token) {
    switch (Peek(token)) {
      case '"':
        return String(token);
      case '{':
        return Container(token, FieldType::kObject);
      case '[':
        return Container(token, FieldType::kArray);
      case 't':
        return Word(token, "true", FieldType::kTrue);
      case 'f':
        return Word(token, "false", FieldType::kFalse);
      case 'n':
        return Word(token, "null", FieldType::kNull);
      default:
        return Number(token);
    }
  }

  Token Container(Token token, FieldType type) {
    if (!content_.Open(type, Place(*token))) return nullptr;
    const bool is_object = type == FieldType::kObject;
    token = Behind(token);
    if (content_.is_kept_as_it_stands()) {
      token = Skip(token, is_object);
    } else {
      token = is_object ? Members(token) : Elements(token);
    }
    if (token == nullptr) return nullptr;
    content_.Close(type, Place(*token) + 1);
    return Behind(token);
  }

  // From behind the opening bracket to the closing one.
  Token Members(Token token) {
    if (Peek(token) == '}') return token;
    for (;; token = Behind(token)) {
      token = Key(token);
      if (token == nullptr || Peek(token) != ':') return nullptr;
      token = Value(Behind(token));
      if (token == nullptr) return nullptr;
      if (Peek(token) != ',') return Peek(token) == '}' ? token : nullptr;
    }
  }

  Token Elements(Token token) {
    if (Peek(token) == ']') return token;
    for (;; token = Behind(token)) {
      token = Value(token);
      if (token == nullptr || (content_.row_has_ended() && !IsWellEscaped())) return nullptr;
      if (Peek(token) != ',') return Peek(token) == ']' ? token : nullptr;
    }
  }

  Token Key(Token token) {
    if (Peek(token) != '"') return nullptr;
    const std::size_t end = End(token);
    if (!IsWellEscaped(*token, end)) return nullptr;
    content_.Key({Place(*token), Place(end)});
    return Behind(token);
  }

  Token String(Token token) {
    const std::size_t end = End(token);
    return IsWellEscaped(*token, end) ? Scalar(token, FieldType::kString, end) : nullptr;
  }

  Token Number(Token token) {
    const std::size_t end = End(token);
    return IsNumber(*token, end) ? Scalar(token, FieldType::kNumber, end) : nullptr;
  }

  Token Word(Token token, std::string_view word, FieldType type) {
    const std::size_t end = End(token);
    return Bytes(*token, end) == word ? Scalar(token, type, end) : nullptr;
  }

  Token Scalar(Token token, FieldType type, std::size_t end) {
    content_.Scalar(type, {Place(*token), Place(end)});
    return Behind(token);
  }

  // The row that has ended. Its backslashes stand in strings: elsewhere they are no token of the
  // grammar.
  bool IsWellEscaped() const {
    const RawRow& row = content_.last_row();
    return !row.has_escapes() || HasValidEscapes(row.raw.substr(row.escapes_begin));
  }

  // From behind the opening bracket of a container to its closing one. Most tokens of a page are
  // walked here.
  Token Skip(Token token, bool is_object) {
    std::array<bool, Page::kMostDepth> outer;  // of those open around the innermost: an object
    std::size_t open = 0;
    const auto room = static_cast<std::size_t>(content_.max_depth() - content_.depth());
    bool may_be_empty = true;
    for (;;) {
      if (!may_be_empty || Peek(token) != Closing(is_object)) {
        if (is_object) {
          if (Peek(token) != '"') return nullptr;
          token = Behind(token);
          if (Peek(token) != ':') return nullptr;
          token = Behind(token);
        }
        const char first = Peek(token);
        if (first == '{' || first == '[') {
          if (open == std::min(room, outer.size())) return nullptr;
          outer[open++] = is_object;
          token = Behind(token);
          is_object = first == '{';
          may_be_empty = true;
          continue;
        }
        // A string's own bytes are the first stage's matter.
        if (first != '"' && !IsScalar(token)) return nullptr;
        token = Behind(token);
      }
      for (; Peek(token) != ','; token = Behind(token)) {
        if (Peek(token) != Closing(is_object)) return nullptr;
        if (open == 0) return token;
        is_object = outer[--open];
      }
      token = Behind(token);
      may_be_empty = false;
    }
  }
  static char Closing(bool is_object) { return is_object ? '}' : ']'; }

  // It is a number or a word.
  bool IsScalar(Token token) const {
    const std::size_t end = End(token);
    switch (Peek(token)) {
      case 't':
        return Bytes(*token, end) == "true";
      case 'f':
        return Bytes(*token, end) == "false";
      case 'n':
        return Bytes(*token, end) == "null";
      default:
        return IsNumber(*token, end);
    }
  }

  // The token behind, in this piece or the next one.
  Token Behind(Token token) {
    ++token;
    return token != end_ ? token : TakePiece();
  }

  // The first token of the next piece. Where there is none, what no value begins with: behind the
  // last token, or because of a fault, and then the comma before it has nothing to stand before.
  Token TakePiece() {
    if (!tokens_.Next()) {
      piece_ = kNothing.data();
      return kNoTokens.data();
    }
    piece_ = tokens_.piece().data();
    place_ = static_cast<std::size_t>(piece_ - content_.body().data());
    const std::span<const std::uint32_t> begins = tokens_.begins();
    end_ = begins.data() + begins.size();
    return begins.data();
  }

  // Its first byte.
  char Peek(Token token) const { return piece_[*token]; }
  // The place behind it: all up to the next token is a part of it, but for white space. A piece
  // ends with a comma, and the text with the place behind its last token.
  std::size_t End(Token token) const {
    std::size_t end = token[1];
    while (IsJsonSpace(piece_[end - 1])) --end;
    return end;
  }
  // In the body, of a place in the piece.
  std::size_t Place(std::size_t at) const { return place_ + at; }
  std::string_view Bytes(std::size_t begin, std::size_t end) const {
    return {piece_ + begin, end - begin};
  }
  bool IsNumber(std::size_t begin, std::size_t end) const {
    return begin < end && JsonNumberSize(Bytes(begin, end)) == end - begin;
  }
  bool IsWellEscaped(std::size_t begin, std::size_t end) const {
    return content_.in_rows() || HasValidEscapes(Bytes(begin, end));
  }

  JsonTokens& tokens_;
  PageContent& content_;
  const char* piece_ = nullptr;
  std::size_t place_ = 0;  // of the piece in the body
  Token end_ = nullptr;    // of the piece's tokens
};

}  // namespace

bool ReadStrictly(std::size_t start, PageContent* content) {
  thread_local JsonTokens tokens;  // its memory serves all pages of a thread
  if (!StrictReader(start, &tokens, content).Run()) return false;
  content->Conclude();
  return true;
}

}  // namespace nsf
