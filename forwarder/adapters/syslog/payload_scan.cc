// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/payload_scan.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "adapters/syslog/utf8.h"

namespace nsf::syslog {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool IsJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// One pass over an object. Nesting is counted, not followed, so that depth costs nothing.
class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : text_(text) {}

  std::optional<ScannedPayload> Run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!String()) return std::nullopt;
        continue;
      }
      if (c == '{' || c == '[') ++depth_;
      if (c == '}' || c == ']') Close();
      if (c == ',' && depth_ == member_depth_) EndMember();
      ++at_;
    }
    if (depth_ != 0 || last_brace_ == kNowhere) return std::nullopt;
    if (found_.mark.empty()) MarkAtTheEnd();
    return std::move(found_);
  }

 private:
  // A string: a key if a colon follows, else a value.
  bool String() {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2U : 1U;
    if (end >= text_.size()) return false;
    std::size_t next = end + 1;
    while (next < text_.size() && IsJsonSpace(text_[next])) ++next;
    if (next < text_.size() && text_[next] == ':') {
      Key(text_.substr(begin, end - begin));
      at_ = next + 1;
    } else {
      found_.values.push_back({begin, end});
      at_ = end + 1;
    }
    return true;
  }

  void Key(std::string_view key) {
    const auto* const known = std::find(kMissedLeast.begin(), kMissedLeast.end(), key);
    if (known != kMissedLeast.end() && member_ == nullptr) {
      Span& member = found_.members[static_cast<std::size_t>(known - kMissedLeast.begin())];
      if (member.end == 0) BeginMember(member);
    }
    if (depth_ == 1) NoteHolder(key);
  }

  // OCSF and ECS have a place for the mark, within an object of the top level.
  void NoteHolder(std::string_view key) {
    if (key != "metadata" && key != "netskope") return;
    const std::size_t brace = text_.find('{', at_);
    const std::size_t colon = text_.find(':', at_ + key.size() + 2);
    if (brace == kNowhere || colon == kNowhere || colon > brace) return;
    if (!std::all_of(text_.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                     text_.begin() + static_cast<std::ptrdiff_t>(brace), IsJsonSpace)) {
      return;
    }
    found_.mark = key == "metadata" ? R"("is_truncated":true)" : R"("truncated":true)";
    found_.mark_at = brace + 1;
    const auto* const next = std::find_if_not(text_.begin() + brace + 1, text_.end(), IsJsonSpace);
    if (next != text_.end() && *next != '}') found_.mark += ',';
  }

  void MarkAtTheEnd() {
    found_.mark = R"("netskope_truncated":true)";
    found_.mark_at = last_brace_;
    std::size_t before = last_brace_;
    while (before > 0 && IsJsonSpace(text_[before - 1])) --before;
    if (before > 0 && text_[before - 1] != '{') found_.mark.insert(0, 1, ',');
  }

  void BeginMember(Span& member) {
    member_ = &member;
    member.begin = at_;
    member_depth_ = depth_;
  }

  // The member ends here: at the comma behind it, or, if it is the last one, takes the one before.
  void EndMember() {
    if (member_ == nullptr) return;
    member_->end = at_;
    if (text_[at_] == ',') {
      ++member_->end;
    } else {
      std::size_t before = member_->begin;
      while (before > 0 && IsJsonSpace(text_[before - 1])) --before;
      if (before > 0 && text_[before - 1] == ',') member_->begin = before - 1;
    }
    member_ = nullptr;
    member_depth_ = kNowhere;
  }

  void Close() {
    if (depth_ == member_depth_) EndMember();
    --depth_;
    if (depth_ == 0) last_brace_ = at_;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Span* member_ = nullptr;  // being read
  std::size_t member_depth_ = kNowhere;
  std::size_t last_brace_ = kNowhere;
  ScannedPayload found_;
};

// The place behind the `count`th unescaped bar of a CEF or LEEF header.
std::optional<std::size_t> BehindBars(std::string_view text, int count) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '|' && --count == 0) {
      return at + 1;
    }
  }
  return std::nullopt;
}

// key=value key=value: a value ends where the next key begins. In values '=' and '\\' are escaped.
std::optional<ScannedPayload> ScanCef(std::string_view text) {
  const auto begin = BehindBars(text, 7);
  if (!begin) return std::nullopt;
  ScannedPayload found;
  found.syntax = Syntax::kCef;
  for (std::size_t at = *begin; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '=') {
      if (!found.values.empty()) {
        const std::size_t space = text.rfind(' ', at);
        if (space == kNowhere || space < found.values.back().begin) continue;  // in the value
        found.values.back().end = space;
      }
      found.values.push_back({at + 1, text.size()});
    }
  }
  found.mark = " netskopeTruncated=true";
  found.mark_at = text.size();
  return found;
}

// The delimiter that a LEEF header names: a character, or its code as x09 or 0x09; else a tab.
char LeefDelimiter(std::string_view name) {
  if (name.size() == 1) return name[0];
  const std::size_t x = name.find('x');
  if (x > 1) return '\t';  // or nowhere
  unsigned code = 0;
  const auto digits = name.substr(x + 1);
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  const bool good = failure == std::errc() && end == digits.data() + digits.size() && code < 0x80;
  return good ? static_cast<char>(code) : '\t';
}

std::optional<ScannedPayload> ScanLeef(std::string_view text) {
  const bool second = text.substr(0, 7) == "LEEF:2.";
  const auto begin = BehindBars(text, second ? 6 : 5);
  if (!begin) return std::nullopt;
  char delimiter = '\t';
  if (second) {
    const std::size_t before = BehindBars(text, 5).value_or(*begin);
    delimiter = LeefDelimiter(text.substr(before, *begin - 1 - before));
  }
  ScannedPayload found;
  found.syntax = Syntax::kLeef;
  for (std::size_t at = *begin; at < text.size();) {
    const std::size_t end = std::min(text.find(delimiter, at), text.size());
    const std::size_t equals = text.find('=', at);
    if (equals < end) found.values.push_back({equals + 1, end});
    at = end + 1;
  }
  found.mark = std::string(1, delimiter) + "netskopeTruncated=true";
  found.mark_at = text.size();
  return found;
}

std::size_t HexValue(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

// \n, \u00e9, or \ud83d\ude00.
std::size_t JsonEscapeLength(std::string_view text) {
  if (text.size() < 2 || text[1] != 'u') return 2;
  const std::size_t code = HexValue(text.substr(2, 4));
  const bool pair = code >= 0xD800 && code < 0xDC00 && text.substr(6, 2) == "\\u";
  return pair ? 12 : 6;
}

}  // namespace

std::optional<ScannedPayload> ScanPayload(std::string_view payload) {
  if (payload.substr(0, 1) == "{") return JsonScan(payload).Run();
  if (payload.substr(0, 4) == "CEF:") return ScanCef(payload);
  if (payload.substr(0, 5) == "LEEF:") return ScanLeef(payload);
  return std::nullopt;
}

std::size_t UnitLength(Syntax syntax, std::string_view text) {
  std::size_t length = std::max<std::size_t>(1, Utf8Length(text));
  if (text[0] == '\\' && syntax == Syntax::kJson) length = JsonEscapeLength(text);
  if (text[0] == '\\' && syntax == Syntax::kCef) length = 2;
  return std::min(length, text.size());
}

}  // namespace nsf::syslog
