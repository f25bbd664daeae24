// SPDX-License-Identifier: Apache-2.0
// One pass of a SAX reader over the body: is all of it JSON, where do rows and their members stand,
// and what stands around them. Fields are made of members when their row is read (row.cc): those of
// a whole page would take twice its bytes.
#include "core/event/page.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/event/big_numbers.h"
#include "core/event/envelope.h"
#include "core/event/source_stream.h"
#include "core/event/surrogates.h"
#include "core/event/text.h"
#include "core/event/unescape.h"

namespace nsf {

// UTF-8 that is left as it is.
struct SourceText : rapidjson::UTF8<> {};

}  // namespace nsf

namespace rapidjson {

template <>
struct StreamTraits<nsf::SourceStream> {
  enum { copyOptimization = 1 };  // the reader's loops keep a copy in registers
};

// The reader calls it for each byte of a string that has no meaning of its own.
template <>
struct Transcoder<nsf::SourceText, nsf::SourceText> {
  template <typename Out>
  static bool Transcode(nsf::SourceStream& in, Out&) {
    in.SkipPlain();
    return true;
  }
  template <typename Out>
  static bool Validate(nsf::SourceStream& in, Out& out) {
    return Transcode(in, out);
  }
};

}  // namespace rapidjson

namespace nsf {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSupportingData = "supporting_data";
// Members and rows of real pages are larger.
constexpr std::size_t kMinMemberBytes = 32;
constexpr std::size_t kMinRowBytes = 512;
constexpr std::size_t kMostSpare = 4;  // times what a page needs
constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;

bool IsListName(std::string_view name) { return name == "data" || name == "result"; }

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

}  // namespace

// The reader's handler. Depth counts the open containers. The list of rows stands at depth 1 (a
// bare array), 2 (`data`, `result`) or 3 (nested once).
class PageParser {
 public:
  PageParser(Page* page, std::size_t start, int max_depth)
      : page_(*page), start_(start), max_depth_(max_depth) {}

  // Reads the body from `start` on and fills the page. False only for a lone surrogate escape or a
  // number beyond a double, which the reader refuses: parse again with `mend`.
  bool Run(bool mend);
  // The text of a row that stands in the place of the list, alone; empty if there is none.
  std::string_view lone_row() const { return lone_row_; }

  // Called by the reader; false stops it. Of a string or a number the stream stands at its first
  // byte, as the reader goes through them in a copy; of all else it stands behind what was read.
  // Strings come as they stand between their quotes (source_stream.h).
  bool Null() { return Literal(FieldType::kNull, 4); }
  bool Bool(bool value) {
    return value ? Literal(FieldType::kTrue, 4) : Literal(FieldType::kFalse, 5);
  }
  bool RawNumber(const char*, rapidjson::SizeType size, bool) {
    const Span span{Here(), Here() + size};
    // Its text as received: the copy's may be mended.
    return TakeScalar(FieldType::kNumber, Original(span.begin, span.end), span);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return TakeScalar(FieldType::kString, {text, size}, {Here(), Here() + size + 2});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool);
  bool StartObject() { return Open(FieldType::kObject); }
  bool EndObject(rapidjson::SizeType) { return Close(FieldType::kObject); }
  bool StartArray() { return Open(FieldType::kArray); }
  bool EndArray(rapidjson::SizeType) { return Close(FieldType::kArray); }
  // Never called, since numbers come as text; the reader's interface asks for them.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  static constexpr int kEnvelopeDepth = 3;  // deeper, nothing outside of the rows is of interest

  std::size_t Here() const { return start_ + stream_->Tell(); }
  std::string_view Original(std::size_t begin, std::size_t end) const {
    return std::string_view(page_.body_->data() + begin, end - begin);
  }
  bool in_rows() const { return list_depth_ != 0; }
  int depth_in_row() const { return depth_ - list_depth_; }
  bool IsInSupporting() const {
    return is_supporting_ && (depth_in_row() == 2 || (depth_in_row() == 3 && supporting_is_list_));
  }

  rapidjson::ParseResult Read(const std::string& body);
  bool Literal(FieldType type, std::size_t size) {
    return TakeScalar(type, {}, {Here() - size, Here()});
  }
  // `inside` decoded; valid until the next call.
  std::string_view Decoded(std::string_view inside);
  void RowKey(std::string_view inside);
  bool TakeScalar(FieldType type, std::string_view text, Span span);
  void AddMember(const Span& name, FieldType type, const Span& value, bool is_supporting);
  void EnvelopeScalar(FieldType type, std::string_view text);
  bool Open(FieldType type);
  bool Close(FieldType type);
  void OpenInRow(bool is_object);
  bool IsListHere() const;
  bool IsRowForList() const;
  void OpenList();
  void StartRow(std::size_t begin, bool is_object);
  void EndRow(std::size_t end);
  void Fail(const rapidjson::ParseResult& result);
  void Conclude();
  void FixSpans();

  Page& page_;
  const std::size_t start_;  // of the JSON text in the body
  const int max_depth_;
  SourceStream* stream_ = nullptr;
  int depth_ = 0;
  bool is_too_deep_ = false;

  // Outside of the rows.
  Envelope envelope_;
  std::array<std::string, kEnvelopeDepth> keys_;     // the last one at each depth
  std::array<bool, kEnvelopeDepth> in_object_ = {};  // what is open at each depth
  bool has_list_ = false;
  bool list_place_is_taken_ = false;  // by what is no list, and holds something
  int lists_with_rows_ = 0;
  std::size_t rows_before_list_ = 0;
  std::size_t lone_begin_ = 0;  // of the last object in the place of a list
  bool lone_has_identity_ = false;
  std::string_view lone_row_;
  std::string decoded_;

  // Inside.
  int list_depth_ = 0;                      // 0: no list of rows is open
  std::vector<std::size_t> first_members_;  // of each row: spans are taken when they grow no more
  std::size_t row_begin_ = 0;
  bool row_is_object_ = false;
  Span name_;  // of the member
  std::size_t member_begin_ = 0;
  bool is_supporting_ = false;       // the member is `supporting_data`
  bool supporting_is_list_ = false;  // the last container opened right inside it is a list
  Span supporting_name_;
};

bool PageParser::Run(bool mend) {
  const std::string& body = *page_.body_;
  std::string mended;
  if (mend) {
    mended = body;
    MendSurrogates(mended.data(), mended.size());
    MendBigNumbers(mended.data(), mended.size());
  }
  // Generous, because memory that is reserved and not written to costs nothing.
  page_.members_.reserve(body.size() / kMinMemberBytes);
  page_.rows_.reserve(body.size() / kMinRowBytes);
  first_members_.reserve(body.size() / kMinRowBytes);
  const rapidjson::ParseResult result = Read(mend ? mended : body);
  if (!result.IsError()) {
    Conclude();
    return true;
  }
  page_.members_.clear();
  page_.rows_.clear();
  Fail(result);
  return mend || (result.Code() != rapidjson::kParseErrorStringUnicodeSurrogateInvalid &&
                  result.Code() != rapidjson::kParseErrorNumberTooBig);
}

rapidjson::ParseResult PageParser::Read(const std::string& body) {
  SourceStream stream(body.c_str() + start_, body.c_str() + body.size());
  stream_ = &stream;
  rapidjson::GenericReader<SourceText, SourceText> reader;
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, *this);
  // The reader takes a NUL for the end of the text.
  if (!result.IsError() && Here() != page_.body_->size()) {
    result.Set(rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
  }
  stream_ = nullptr;
  return result;
}

bool PageParser::Key(const char* text, rapidjson::SizeType size, bool) {
  if (in_rows()) {
    RowKey({text, size});
    return true;
  }
  const std::string_view name = Decoded({text, size});
  if (depth_ <= kEnvelopeDepth) keys_[static_cast<std::size_t>(depth_ - 1)] = name;
  if (depth_ == 2 && (name == "_id" || name == "audit_log_event")) lone_has_identity_ = true;
  if (depth_ == 2 && IsListName(keys_[0])) list_place_is_taken_ = true;
  return true;
}

std::string_view PageParser::Decoded(std::string_view inside) {
  if (!HasEscapes(inside)) return inside;
  decoded_.clear();
  AppendUnescaped(inside, &decoded_);
  return decoded_;
}

void PageParser::RowKey(std::string_view inside) {
  const Span span{Here(), Here() + inside.size() + 2};
  if (depth_in_row() == 1) {
    name_ = span;
    // Escapes only make it longer.
    is_supporting_ = inside.size() >= kSupportingData.size() && Decoded(inside) == kSupportingData;
    if (!is_supporting_) return;
    // Of members with the same name the last one counts.
    const auto first = page_.members_.begin() + static_cast<std::ptrdiff_t>(first_members_.back());
    page_.members_.erase(std::remove_if(first, page_.members_.end(),
                                        [](const Member& member) { return member.is_supporting; }),
                         page_.members_.end());
  } else if (depth_in_row() == 2 && is_supporting_) {
    supporting_name_ = span;
  }
}

bool PageParser::TakeScalar(FieldType type, std::string_view text, Span span) {
  if (!in_rows()) {
    EnvelopeScalar(type, type == FieldType::kString ? Decoded(text) : text);
  } else if (depth_in_row() == 0) {
    StartRow(span.begin, /*is_object=*/false);
    EndRow(span.end);
  } else if (depth_in_row() == 1) {
    if (row_is_object_) AddMember(name_, type, span, /*is_supporting=*/false);
  } else if (IsInSupporting()) {
    AddMember(supporting_name_, type, span, /*is_supporting=*/true);
  }
  return true;
}

// Both spans lie in the row; a name's is without quotes.
void PageParser::AddMember(const Span& name, FieldType type, const Span& value,
                           bool is_supporting) {
  const auto offset = [this](std::size_t at) {
    return static_cast<std::uint32_t>(at - row_begin_);
  };
  page_.members_.push_back(
      {offset(name.begin + 1), static_cast<std::uint32_t>(name.end - name.begin - 2),
       offset(value.begin), static_cast<std::uint32_t>(value.end - value.begin), type,
       is_supporting});
}

void PageParser::EnvelopeScalar(FieldType type, std::string_view text) {
  if (depth_ == 0 || depth_ > kEnvelopeDepth || !in_object_[0]) return;
  if (depth_ == 1 && IsListName(keys_[0]) && type != FieldType::kNull) list_place_is_taken_ = true;
  const auto deepest = static_cast<std::size_t>(depth_ - 1);
  const bool in_list = depth_ > 1 && !in_object_[1];
  if (depth_ == kEnvelopeDepth && !in_list) return;
  const std::string_view inner =
      depth_ > 1 && in_object_[deepest] ? keys_[deepest] : std::string_view();
  envelope_.Take(keys_[0], inner, in_list, type, text);
}

bool PageParser::Open(FieldType type) {
  const bool is_object = type == FieldType::kObject;
  is_too_deep_ = depth_ >= max_depth_;
  if (is_too_deep_) return false;
  if (in_rows()) {
    OpenInRow(is_object);
  } else if (!is_object && IsListHere()) {
    OpenList();
  } else if (depth_ < kEnvelopeDepth) {
    in_object_[static_cast<std::size_t>(depth_)] = is_object;
    if (depth_ == 1) lone_begin_ = Here() - 1;
    if (depth_ == 1) lone_has_identity_ = false;
  }
  ++depth_;
  return true;
}

void PageParser::OpenInRow(bool is_object) {
  if (depth_in_row() == 0) StartRow(Here() - 1, is_object);
  if (depth_in_row() == 1) {
    member_begin_ = Here() - 1;
    is_supporting_ = is_supporting_ && is_object;
  }
  if (depth_in_row() == 2) supporting_is_list_ = !is_object;
}

bool PageParser::Close(FieldType type) {
  --depth_;
  if (!in_rows()) {
    if (IsRowForList()) lone_row_ = Original(lone_begin_, Here());
  } else if (depth_ < list_depth_) {
    list_depth_ = 0;
    if (page_.rows_.size() > rows_before_list_) ++lists_with_rows_;
  } else if (depth_in_row() == 0) {
    EndRow(Here());
  } else if (depth_in_row() == 1 && row_is_object_) {
    AddMember(name_, type, {member_begin_, Here()}, /*is_supporting=*/false);
  }
  return true;
}

bool PageParser::IsListHere() const {
  if (depth_ == 0) return true;
  if (depth_ == 1) return in_object_[0] && IsListName(keys_[0]);
  return depth_ == 2 && in_object_[0] && in_object_[1] && IsListName(keys_[0]) &&
         IsListName(keys_[1]);
}

// What has just been closed.
bool PageParser::IsRowForList() const {
  return depth_ == 1 && in_object_[0] && in_object_[1] && IsListName(keys_[0]) &&
         lone_has_identity_;
}

void PageParser::OpenList() {
  has_list_ = true;
  list_depth_ = depth_ + 1;
  rows_before_list_ = page_.rows_.size();
}

void PageParser::StartRow(std::size_t begin, bool is_object) {
  row_begin_ = begin;
  row_is_object_ = is_object;
  is_supporting_ = false;
  first_members_.push_back(page_.members_.size());
}

void PageParser::EndRow(std::size_t end) { page_.rows_.push_back({Original(row_begin_, end), {}}); }

void PageParser::Fail(const rapidjson::ParseResult& result) {
  lone_row_ = {};
  page_.status_ = PageStatus::kMalformed;
  const std::string where = " at byte " + std::to_string(start_ + result.Offset()) + " of " +
                            std::to_string(page_.body_->size());
  page_.message_ = is_too_deep_ ? "the page is nested deeper than " + std::to_string(max_depth_)
                                : std::string("the page is not JSON: ") +
                                      rapidjson::GetParseError_En(result.Code());
  page_.message_ += where;
}

void PageParser::Conclude() {
  page_.wait_time_ = envelope_.wait_time();
  page_.high_water_ = envelope_.high_water();
  if (envelope_.is_error() || has_list_) lone_row_ = {};
  if (envelope_.is_error()) {
    page_.message_ = envelope_.Message();
    if (page_.message_.empty()) page_.message_ = "the tenant states an error and no reason";
  } else if (lists_with_rows_ > 1) {
    // Which of them is the page cannot be told, and taking the wrong one would lose rows.
    page_.message_ = "the answer holds two lists of rows";
  } else if (!has_list_) {
    page_.message_ = envelope_.Message();
    if (page_.message_.empty()) page_.message_ = "the answer holds no list of rows";
    if (in_object_[0] && !list_place_is_taken_) {
      page_.status_ = PageStatus::kNoList;
      page_.total_ = envelope_.total();
      return;
    }
  } else {
    page_.status_ = PageStatus::kRows;
    page_.total_ = envelope_.total();
    FixSpans();
    return;
  }
  page_.status_ = PageStatus::kRefused;
  page_.rows_.clear();
}

void PageParser::FixSpans() {
  const std::span<const Member> members(page_.members_);
  std::size_t end = members.size();
  for (std::size_t i = page_.rows_.size(); i-- > 0;) {
    page_.rows_[i].members = members.subspan(first_members_[i], end - first_members_[i]);
    end = first_members_[i];
  }
}

namespace {

// A list of one row is put where that row stands alone.
Page WithList(Page page, std::string_view row, int max_depth) {
  if (row.empty()) return page;
  const std::string& body = *page.body();
  const auto begin = static_cast<std::size_t>(row.data() - body.data());
  std::string listed = body.substr(0, begin);
  listed += '[';
  listed += row;
  listed += ']';
  listed += body.substr(begin + row.size());
  return Page::Parse(std::move(listed), max_depth);
}

}  // namespace

Page Page::Parse(std::shared_ptr<const std::string> body, int max_depth, Memory spare) {
  Page page;
  // A short page does not hold on to the memory of a long one.
  if (spare.members.capacity() / kMostSpare <= body->size() / kMinMemberBytes) {
    spare.members.clear();
    spare.rows.clear();
    page.members_ = std::move(spare.members);
    page.rows_ = std::move(spare.rows);
  }
  page.body_ = std::move(body);
  const std::string_view text = *page.body_;
  const std::size_t start = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (text.size() >= std::numeric_limits<rapidjson::SizeType>::max()) {
    page.message_ = "the page is larger than 4 GiB";
  } else if (TrimSpaces(text.substr(start)).empty()) {
    page.message_ = "the page is empty";
  } else {
    PageParser plain(&page, start, max_depth);
    if (plain.Run(/*mend=*/false)) return WithList(std::move(page), plain.lone_row(), max_depth);
    page.message_.clear();
    PageParser mending(&page, start, max_depth);  // one odd value must not stop a stream
    mending.Run(/*mend=*/true);
    return WithList(std::move(page), mending.lone_row(), max_depth);
  }
  return page;
}

}  // namespace nsf
