// SPDX-License-Identifier: Apache-2.0
// An in-situ SAX reader over a copy of the row. In-situ decoding rewrites strings where they stand,
// so an offset in the copy is an offset in the original, and spans are taken there.
#include "core/event/row.h"

#include <rapidjson/reader.h>

#include <cstring>

#include "core/event/big_numbers.h"
#include "core/event/surrogates.h"
#include "core/event/text.h"

namespace nsf {
namespace {

constexpr std::string_view kSupportingData = "supporting_data";
constexpr int kMaxDepth = 256;
constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;

// Where the string whose text begins at `begin` ends: its closing quote. Only a backslash makes the
// decoded text shorter than the original, so text without one needs no second look.
std::size_t StringEnd(std::string_view raw, std::size_t begin, std::size_t decoded_size) {
  const std::size_t end = begin + decoded_size;
  if (raw[end] == '"' && std::memchr(raw.data() + begin, '\\', decoded_size) == nullptr) {
    return end;
  }
  std::size_t at = begin;
  while (raw[at] != '"') at += raw[at] == '\\' ? 2U : 1U;
  return at;
}

}  // namespace

// The reader's handler. Depth counts the open containers: a row's members stand at depth 1.
class RowParser {
 public:
  explicit RowParser(RowReader* reader) : reader_(*reader), raw_(reader->row_.raw) {}

  // False: a lone surrogate escape or a number beyond a double, which RapidJSON refuses (`mend`
  // reads them), or no JSON.
  bool Run(bool mend);

  // Called by RapidJSON; false stops it.
  bool Null() { return Literal(FieldType::kNull, 4); }
  bool Bool(bool value) {
    return value ? Literal(FieldType::kTrue, 4) : Literal(FieldType::kFalse, 5);
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const std::size_t begin = OffsetOf(text);
    // Its text as received: the copy's may be mended.
    return TakeScalar(FieldType::kNumber, raw_.substr(begin, size), begin, begin + size);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    const std::size_t begin = OffsetOf(text);
    // Where it ends costs a look at its bytes, and deep inside a row nobody asks.
    const std::size_t end = depth_ <= 1 ? StringEnd(raw_, begin, size) : begin;
    return TakeScalar(FieldType::kString, {text, size}, begin - 1, end + 1);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool);
  bool StartObject() { return Open(/*is_object=*/true); }
  bool EndObject(rapidjson::SizeType) { return Close(FieldType::kObject); }
  bool StartArray() { return Open(/*is_object=*/false); }
  bool EndArray(rapidjson::SizeType) { return Close(FieldType::kArray); }
  // Never called, since numbers come as text; RapidJSON asks for them.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  std::size_t OffsetOf(const char* in_copy) const {
    return static_cast<std::size_t>(in_copy - reader_.decoded_.data());
  }
  std::size_t Here() const { return stream_->Tell(); }
  std::string_view Original(std::size_t begin, std::size_t end) const {
    return raw_.substr(begin, end - begin);
  }
  bool IsInSupporting() const {
    return is_supporting_ && (depth_ == 2 || (depth_ == 3 && supporting_is_list_));
  }

  bool Literal(FieldType type, std::size_t size) {
    const std::size_t end = Here();
    return TakeScalar(type, {}, end - size, end);
  }
  bool TakeScalar(FieldType type, std::string_view text, std::size_t begin, std::size_t end);
  bool Open(bool is_object);
  bool Close(FieldType type);

  RowReader& reader_;
  const std::string_view raw_;
  rapidjson::InsituStringStream* stream_ = nullptr;
  int depth_ = 0;
  bool is_object_ = false;  // the row
  std::string_view member_;
  std::size_t member_begin_ = 0;
  bool is_supporting_ = false;       // the member is `supporting_data`
  bool supporting_is_list_ = false;  // the last container opened right inside it is a list
  std::string_view supporting_name_;
};

bool RowParser::Run(bool mend) {
  reader_.decoded_ = raw_;
  reader_.fields_.clear();
  reader_.supporting_.clear();
  if (mend) {
    MendSurrogates(reader_.decoded_.data(), raw_.size());
    MendBigNumbers(reader_.decoded_.data(), raw_.size());
  }
  rapidjson::InsituStringStream stream(reader_.decoded_.data());
  stream_ = &stream;
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, *this);
  // RapidJSON takes a NUL for the end of the text.
  return !result.IsError() && Here() == raw_.size();
}

bool RowParser::Key(const char* text, rapidjson::SizeType size, bool) {
  const std::string_view name(text, size);
  if (depth_ == 1) {
    member_ = name;
    is_supporting_ = name == kSupportingData;
    // Of members with the same name the last one counts.
    if (is_supporting_) reader_.supporting_.clear();
  } else if (depth_ == 2 && is_supporting_) {
    supporting_name_ = name;
  }
  return true;
}

bool RowParser::TakeScalar(FieldType type, std::string_view text, std::size_t begin,
                           std::size_t end) {
  if (depth_ == 1) {
    if (is_object_) reader_.fields_.push_back({member_, type, text, Original(begin, end)});
  } else if (IsInSupporting()) {
    if (type == FieldType::kTrue) text = "true";
    if (type == FieldType::kFalse) text = "false";
    reader_.supporting_.push_back({supporting_name_, type, text});
  }
  return true;
}

bool RowParser::Open(bool is_object) {
  if (depth_ >= kMaxDepth) return false;
  if (depth_ == 0) is_object_ = is_object;
  if (depth_ == 1) {
    member_begin_ = Here() - 1;
    is_supporting_ = is_supporting_ && is_object;
  }
  if (depth_ == 2) supporting_is_list_ = !is_object;
  ++depth_;
  return true;
}

bool RowParser::Close(FieldType type) {
  --depth_;
  if (depth_ == 1 && is_object_) {
    reader_.fields_.push_back({member_, type, {}, Original(member_begin_, Here())});
  }
  return true;
}

const Row& RowReader::Read(std::string_view raw) {
  row_ = {raw, {}, {}, IsUtf8(raw)};
  // One odd value must not cost the members.
  if (RowParser(this).Run(/*mend=*/false) || RowParser(this).Run(/*mend=*/true)) {
    row_.fields = fields_;
    row_.supporting = supporting_;
  }
  return row_;
}

}  // namespace nsf
