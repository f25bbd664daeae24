// SPDX-License-Identifier: Apache-2.0
// A strict reader for what repr() writes: no expressions, no comments, no concatenation.
#include "core/event/python_literal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace nsf {
namespace {

constexpr int kMaxDepth = 32;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUnit(std::uint32_t unit, std::string* json) {
  constexpr std::string_view kHex = "0123456789abcdef";
  *json += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) *json += kHex[(unit >> shift) & 0xFU];
}

class LiteralReader {
 public:
  LiteralReader(std::string_view text, std::string* json, std::vector<Member>* scalars)
      : rest_(text), json_(*json), begin_(json->size()), scalars_(scalars) {}

  bool ReadAll() {
    if (!ReadValue(0)) return false;
    SkipSpaces();
    return rest_.empty();
  }

 private:
  void SkipSpaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }
  bool Take(char c) {
    SkipSpaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeWord(std::string_view word, std::string_view json) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    json_ += json;
    return true;
  }

  bool ReadValue(int depth) {
    if (depth > kMaxDepth) return false;
    if (Take('{')) return ReadDict(depth);
    if (Take('[')) return ReadSequence(']', depth);
    if (Take('(')) return ReadSequence(')', depth);
    const std::size_t begin = json_.size();
    FieldType type = FieldType::kNull;
    if (!ReadScalar(&type)) return false;
    const bool is_asked_for = depth == 1 || (depth == 2 && in_list_of_dict_);
    if (scalars_ != nullptr && is_dict_ && is_asked_for) NoteScalar(type, begin);
    return true;
  }

  bool ReadScalar(FieldType* type) {
    if (TakeWord("None", "null")) return true;
    *type = FieldType::kTrue;
    if (TakeWord("True", "true")) return true;
    *type = FieldType::kFalse;
    if (TakeWord("False", "false")) return true;
    *type = IsStringHere() ? FieldType::kString : FieldType::kNumber;
    return IsStringHere() ? ReadString() : ReadNumber();
  }

  // The one that `json_` ends with.
  void NoteScalar(FieldType type, std::size_t begin) {
    Member scalar = name_;
    scalar.value = static_cast<std::uint32_t>(begin - begin_);
    scalar.value_size = static_cast<std::uint32_t>(json_.size() - begin);
    scalar.type = type;
    scalars_->push_back(scalar);
  }

  bool ReadName(int depth) {
    SkipSpaces();
    const std::size_t begin = json_.size() + 1;
    if (!IsStringHere() || !ReadString()) return false;
    if (depth == 0) {
      name_.name = static_cast<std::uint32_t>(begin - begin_);
      name_.name_size =
          static_cast<std::uint32_t>(json_.size() - 1 - begin) & Member::kMostNameSize;
    }
    return true;
  }

  bool ReadDict(int depth) {
    if (depth == 0) is_dict_ = true;
    if (depth == 1) in_list_of_dict_ = false;
    json_ += '{';
    for (bool is_first = true; !Take('}'); is_first = false) {
      if (!is_first) {
        if (!Take(',')) return false;
        json_ += ',';
      }
      if (!ReadName(depth) || !Take(':')) return false;
      json_ += ':';
      if (!ReadValue(depth + 1)) return false;
    }
    json_ += '}';
    return true;
  }

  bool ReadSequence(char close, int depth) {
    if (depth == 1) in_list_of_dict_ = true;
    json_ += '[';
    for (bool is_first = true; !Take(close); is_first = false) {
      if (!is_first) {
        if (!Take(',')) return false;
        if (close == ')' && Take(close)) break;  // a tuple of one: (1,)
        json_ += ',';
      }
      if (!ReadValue(depth + 1)) return false;
    }
    json_ += ']';
    return true;
  }

  // '…' or "…", after u in Python 2.
  bool IsStringHere() const {
    const std::string_view text = rest_.substr(rest_.starts_with('u') ? 1 : 0);
    return text.starts_with('\'') || text.starts_with('"');
  }
  bool ReadString() {
    if (rest_.starts_with('u')) rest_.remove_prefix(1);
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    json_ += '"';
    for (;;) {
      TakePlain();
      if (rest_.empty() || rest_.front() == quote) break;
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (static_cast<unsigned char>(c) < 0x20) return false;  // repr() escapes them
      if (c == '\\') {
        if (!ReadEscape()) return false;
      } else {
        if (c == '"') json_ += '\\';
        json_ += c;
      }
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    json_ += '"';
    return true;
  }

  // What means the same in JSON.
  void TakePlain() {
    const auto is_plain = [](char c) {
      return static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != '\'' && c != '"';
    };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_plain);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    json_ += rest_.substr(0, size);
    rest_.remove_prefix(size);
  }

  bool ReadEscape() {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '\'':
        json_ += '\'';
        return true;
      case '"':
      case '\\':
      case 'n':
      case 'r':
      case 't':
        json_ += '\\';
        json_ += c;
        return true;
      case 'x':
        return ReadCodePoint(2);
      case 'u':
        return ReadCodePoint(4);
      case 'U':
        return ReadCodePoint(8);
      default:
        return false;
    }
  }

  bool ReadCodePoint(std::size_t digits) {
    if (rest_.size() < digits) return false;
    std::uint32_t point = 0;
    const char* const end = rest_.data() + digits;
    const auto [stop, error] = std::from_chars(rest_.data(), end, point, 16);
    if (error != std::errc() || stop != end || point > 0x10FFFF) return false;
    rest_.remove_prefix(digits);
    if (point < 0x10000) {
      AppendUnit(point, &json_);
    } else {
      AppendUnit(0xD800 + ((point - 0x10000) >> 10), &json_);
      AppendUnit(0xDC00 + ((point - 0x10000) & 0x3FFU), &json_);
    }
    return true;
  }

  // An integer or a float as JSON writes them too; Python 2's 10L loses its L.
  bool ReadNumber() {
    std::size_t size = rest_.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
      const std::size_t begin = size;
      while (size < rest_.size() && IsDigit(rest_[size])) ++size;
      return size - begin;
    };
    const std::size_t first = size;
    const std::size_t count = digits();
    if (count == 0 || (count > 1 && rest_[first] == '0')) return false;
    if (size < rest_.size() && rest_[size] == '.') {
      ++size;
      if (digits() == 0) return false;
    }
    if (size < rest_.size() && rest_[size] == 'e') {
      ++size;
      if (size < rest_.size() && (rest_[size] == '+' || rest_[size] == '-')) ++size;
      if (digits() == 0) return false;
    }
    json_ += rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (rest_.starts_with('L')) rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  std::string& json_;
  const std::size_t begin_;  // of what is read, in `json_`
  std::vector<Member>* const scalars_;
  bool is_dict_ = false;          // all of it is
  bool in_list_of_dict_ = false;  // the last container opened right inside it is a list
  Member name_ = {0, 0, 0, 0, FieldType::kNull, true};  // of the last member right inside it
};

}  // namespace

bool PythonLiteralToJson(std::string_view text, std::string* json, std::vector<Member>* scalars) {
  return LiteralReader(text, json, scalars).ReadAll();
}

}  // namespace nsf
