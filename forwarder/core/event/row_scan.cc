// SPDX-License-Identifier: Apache-2.0
// A scan over brackets, quotes, commas and colons. A closing bracket closes what it fits to in its
// row and all that was left open in there; one that fits to nothing in its row is no part of it.
#include "core/event/row_scan.h"

#include <algorithm>
#include <array>

#include "core/event/text.h"

namespace nsf {
namespace {

bool IsListName(std::string_view name) { return name == "data" || name == "result"; }

// `text` ends as the bytes from one row's last string to the next row's first one do: `},{`. As a
// string it shows that a quote is missing before, so that what is outside of strings is taken for
// what is inside.
bool EndsInBoundary(std::string_view text) {
  for (const char expected : {'{', ',', '}'}) {
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    if (!text.ends_with(expected)) return false;
    text.remove_suffix(1);
  }
  return true;
}

class Scanner {
 public:
  explicit Scanner(std::string_view body) : body_(body) {}

  RowScan Run() {
    scan_.is_closed = ReadAll() && !in_list();
    if (in_list()) EndList(body_.size());
    return std::move(scan_);
  }

 private:
  static constexpr std::size_t kNoList = 0;

  bool in_list() const { return list_depth_ != kNoList; }
  bool between_rows() const { return in_list() && open_.size() == list_depth_; }

  bool ReadAll();
  bool ReadString();
  void Open(bool is_object);
  bool Close(bool is_object);
  bool CloseInList(bool is_object);
  void Colon();
  bool EndRow(std::size_t end);
  bool EndList(std::size_t end);
  bool IsListHere() const;

  const std::string_view body_;
  std::size_t at_ = 0;
  char previous_ = '\0';          // the last character that is no white space; '"' after a string
  std::vector<bool> open_;        // containers, outermost first; true: an object
  std::string_view last_string_;  // between its quotes
  std::array<std::string_view, 2> keys_;  // the last one at depth 1 and 2, outside of lists

  std::size_t list_depth_ = kNoList;  // open containers right inside of the list
  std::size_t list_begin_ = 0;
  std::size_t row_begin_ = 0;
  std::size_t row_depth_ = 0;
  std::size_t rows_before_list_ = 0;
  std::array<std::size_t, 2> open_in_row_ = {};  // arrays, objects
  RowScan scan_;
};

bool Scanner::ReadAll() {
  for (; at_ < body_.size(); ++at_) {
    const char c = body_[at_];
    switch (c) {
      case '"':
        if (!ReadString()) return false;
        break;
      case '{':
      case '[':
        Open(c == '{');
        break;
      case '}':
      case ']':
        if (!Close(c == '}')) return false;
        break;
      case ',':
        if (between_rows() && !EndRow(at_)) return false;
        break;
      case ':':
        Colon();
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        continue;
      default:
        break;
    }
    previous_ = c;
  }
  return true;
}

// Leaves `at_` on the closing quote.
bool Scanner::ReadString() {
  const std::size_t begin = at_ + 1;
  for (at_ = begin; at_ < body_.size() && body_[at_] != '"'; ++at_) {
    if (body_[at_] == '\\') ++at_;
  }
  if (at_ >= body_.size()) return false;
  last_string_ = body_.substr(begin, at_ - begin);
  if (in_list() && EndsInBoundary(last_string_)) scan_.is_doubtful = true;
  return true;
}

void Scanner::Open(bool is_object) {
  if (in_list()) {
    // Where a name is due: the row before has lost its end.
    if (is_object && open_.back() && previous_ == ',') scan_.is_doubtful = true;
    ++open_in_row_[is_object ? 1 : 0];
  } else if (!is_object && IsListHere()) {
    list_depth_ = open_.size() + 1;
    list_begin_ = row_begin_ = at_ + 1;
    row_depth_ = list_depth_;
    rows_before_list_ = scan_.rows.size();
  }
  open_.push_back(is_object);
  row_depth_ = std::max(row_depth_, open_.size());
}

bool Scanner::Close(bool is_object) {
  if (in_list()) return CloseInList(is_object);
  if (!open_.empty()) open_.pop_back();
  return true;
}

bool Scanner::CloseInList(bool is_object) {
  if (open_in_row_[is_object ? 1 : 0] == 0) {
    if (!is_object) return EndList(at_);
    scan_.is_doubtful = true;  // a row has ended too early
    return true;
  }
  for (bool is_closed = false; !is_closed; open_.pop_back()) {
    is_closed = open_.back() == is_object;
    --open_in_row_[open_.back() ? 1 : 0];
  }
  return true;
}

void Scanner::Colon() {
  if (between_rows()) scan_.is_doubtful = true;  // a row has ended too early, or lost its start
  const bool is_name = previous_ == '"' && !in_list() && !open_.empty() && open_.back();
  if (is_name && open_.size() <= keys_.size()) keys_[open_.size() - 1] = last_string_;
}

// False: there are too many.
bool Scanner::EndRow(std::size_t end) {
  const std::string_view bytes = TrimSpaces(body_.substr(row_begin_, end - row_begin_));
  if (!bytes.empty() && scan_.rows.size() == RowScan::kMostRows) return false;
  if (!bytes.empty()) scan_.rows.push_back({bytes, static_cast<int>(row_depth_)});
  row_begin_ = end + 1;
  row_depth_ = list_depth_;
  return true;
}

// False: too many rows, or another list holds rows too, and which is the page cannot be told.
bool Scanner::EndList(std::size_t end) {
  const bool is_whole = EndRow(end);
  const bool has_rows = scan_.rows.size() > rows_before_list_;
  if (has_rows || scan_.list.data() == nullptr) {
    scan_.list = body_.substr(list_begin_, end - list_begin_);
  }
  open_.resize(list_depth_ - 1);
  open_in_row_ = {};
  list_depth_ = kNoList;
  return is_whole && (!has_rows || rows_before_list_ == 0);
}

bool Scanner::IsListHere() const {
  if (open_.size() > keys_.size()) return false;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (!open_[i] || !IsListName(keys_[i])) return false;
  }
  return true;
}

}  // namespace

RowScan ScanRows(std::string_view body) { return Scanner(body).Run(); }

}  // namespace nsf
