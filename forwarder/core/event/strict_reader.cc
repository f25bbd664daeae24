// SPDX-License-Identifier: Apache-2.0
// A recursive descent over tokens, as deep as PageContent::Open allows.
#include "core/event/strict_reader.h"

#include "core/event/json_grammar.h"
#include "core/event/json_tokens.h"

namespace nsf {
namespace {

// Where a token begins, among those of the page; null: the text is not as JSON's grammar has it.
using Token = const std::uint32_t*;

class StrictReader {
 public:
  StrictReader(std::size_t start, std::span<const std::uint32_t> begins, PageContent* content)
      : start_(start),
        text_(content->body().substr(start)),
        first_(begins.data()),
        end_(begins.data() + begins.size()),
        content_(*content) {}

  bool Run() { return Value(first_) == end_; }

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
    if (!content_.Open(type, start_ + *token)) return nullptr;
    const bool is_object = type == FieldType::kObject;
    ++token;
    if (content_.is_kept_as_it_stands()) {
      token =
          is_object ? SkipMembers(token, content_.depth()) : SkipElements(token, content_.depth());
    } else {
      token = is_object ? Members(token) : Elements(token);
    }
    if (token == nullptr) return nullptr;
    content_.Close(type, start_ + *token + 1);
    return token + 1;
  }

  // From behind the opening bracket to the closing one.
  Token Members(Token token) {
    if (Peek(token) == '}') return token;
    for (;; ++token) {
      token = Key(token);
      if (token == nullptr || Peek(token) != ':') return nullptr;
      token = Value(token + 1);
      if (token == nullptr) return nullptr;
      if (Peek(token) != ',') return Peek(token) == '}' ? token : nullptr;
    }
  }

  Token Elements(Token token) {
    if (Peek(token) == ']') return token;
    for (;; ++token) {
      token = Value(token);
      if (token == nullptr || (content_.row_has_ended() && !IsWellEscaped())) return nullptr;
      if (Peek(token) != ',') return Peek(token) == ']' ? token : nullptr;
    }
  }

  Token Key(Token token) {
    if (Peek(token) != '"') return nullptr;
    const ByteSpan span{*token, End(token)};
    if (!IsWellEscaped(span)) return nullptr;
    content_.Key({start_ + span.begin, start_ + span.end});
    return token + 1;
  }

  Token String(Token token) {
    const ByteSpan span{*token, End(token)};
    return IsWellEscaped(span) ? Scalar(token, FieldType::kString, span) : nullptr;
  }

  Token Number(Token token) {
    const ByteSpan span{*token, End(token)};
    return IsNumber(span) ? Scalar(token, FieldType::kNumber, span) : nullptr;
  }

  Token Word(Token token, std::string_view word, FieldType type) {
    const ByteSpan span{*token, End(token)};
    return Bytes(span) == word ? Scalar(token, type, span) : nullptr;
  }

  Token Scalar(Token token, FieldType type, ByteSpan span) {
    content_.Scalar(type, {start_ + span.begin, start_ + span.end});
    return token + 1;
  }

  // The row that has ended. Its backslashes stand in strings: elsewhere they are no token of the
  // grammar.
  bool IsWellEscaped() const {
    const RawRow& row = content_.last_row();
    return !row.has_escapes() || HasValidEscapes(row.raw);
  }

  // A string's own bytes are the first stage's matter.
  Token SkipValue(Token token, int depth) {
    switch (Peek(token)) {
      case '"':
        return token + 1;
      case '{':
        return depth < content_.max_depth() ? Behind(SkipMembers(token + 1, depth + 1)) : nullptr;
      case '[':
        return depth < content_.max_depth() ? Behind(SkipElements(token + 1, depth + 1)) : nullptr;
      case 't':
        return Bytes({*token, End(token)}) == "true" ? token + 1 : nullptr;
      case 'f':
        return Bytes({*token, End(token)}) == "false" ? token + 1 : nullptr;
      case 'n':
        return Bytes({*token, End(token)}) == "null" ? token + 1 : nullptr;
      default:
        return IsNumber({*token, End(token)}) ? token + 1 : nullptr;
    }
  }
  static Token Behind(Token bracket) { return bracket == nullptr ? nullptr : bracket + 1; }

  Token SkipMembers(Token token, int depth) {
    if (Peek(token) == '}') return token;
    for (;; ++token) {
      if (Peek(token) != '"' || Peek(token + 1) != ':') return nullptr;
      token = SkipValue(token + 2, depth);
      if (token == nullptr) return nullptr;
      if (Peek(token) != ',') return Peek(token) == '}' ? token : nullptr;
    }
  }

  Token SkipElements(Token token, int depth) {
    if (Peek(token) == ']') return token;
    for (;; ++token) {
      token = SkipValue(token, depth);
      if (token == nullptr) return nullptr;
      if (Peek(token) != ',') return Peek(token) == ']' ? token : nullptr;
    }
  }

  // Its first byte. Behind the last token stands the end of the text, where there is a NUL: that is
  // no part of any value.
  char Peek(Token token) const { return text_.data()[*token]; }
  // The place behind it: all up to the next token is a part of it, but for white space.
  std::size_t End(Token token) const {
    std::size_t end = token[1];
    while (IsJsonSpace(text_.data()[end - 1])) --end;
    return end;
  }
  std::string_view Bytes(ByteSpan span) const {
    return {text_.data() + span.begin, span.end - span.begin};
  }
  bool IsNumber(ByteSpan span) const {
    return span.begin < span.end && JsonNumberSize(Bytes(span)) == span.end - span.begin;
  }
  bool IsWellEscaped(ByteSpan string) const {
    return content_.in_rows() || HasValidEscapes(Bytes(string));
  }

  const std::size_t start_;
  const std::string_view text_;
  const Token first_;
  const Token end_;
  PageContent& content_;
};

}  // namespace

bool ReadStrictly(std::size_t start, PageContent* content) {
  // One for all pages of a thread: it is large, and needed only here.
  thread_local JsonTokens tokens;
  const bool is_read = tokens.Find(content->body().substr(start)) &&
                       StrictReader(start, tokens.begins(), content).Run();
  tokens.Release();
  if (is_read) content->Conclude();
  return is_read;
}

}  // namespace nsf
