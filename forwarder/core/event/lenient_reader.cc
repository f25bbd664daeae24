// SPDX-License-Identifier: Apache-2.0
// RapidJSON's events → tokens with their places.
#include "core/event/lenient_reader.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <string>

#include "core/event/json_grammar.h"
#include "core/event/source_stream.h"
#include "core/event/surrogates.h"
#include "core/event/text.h"

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

constexpr unsigned kFlags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;

// Called by the reader; false stops it. Of a string or a number the stream stands at its first
// byte, as the reader goes through them in a copy; of all else it stands behind what was read.
// Strings come as they stand between their quotes (source_stream.h).
class Tokens {
 public:
  Tokens(std::size_t start, const SourceStream* stream, PageContent* content)
      : start_(start), stream_(*stream), content_(*content) {}

  bool Null() { return Literal(FieldType::kNull, 4); }
  bool Bool(bool value) {
    return value ? Literal(FieldType::kTrue, 4) : Literal(FieldType::kFalse, 5);
  }
  bool RawNumber(const char*, rapidjson::SizeType size, bool) {
    return Scalar(FieldType::kNumber, {Here(), Here() + size});
  }
  bool String(const char*, rapidjson::SizeType size, bool) {
    return Scalar(FieldType::kString, {Here(), Here() + size + 2});
  }
  bool Key(const char*, rapidjson::SizeType size, bool) {
    content_.Key({Here(), Here() + size + 2});
    return true;
  }
  bool StartObject() { return content_.Open(FieldType::kObject, Here() - 1); }
  bool EndObject(rapidjson::SizeType) { return Close(FieldType::kObject); }
  bool StartArray() { return content_.Open(FieldType::kArray, Here() - 1); }
  bool EndArray(rapidjson::SizeType) { return Close(FieldType::kArray); }
  // Never called, since numbers come as text; the reader's interface asks for them.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  std::size_t Here() const { return start_ + stream_.Tell(); }
  bool Literal(FieldType type, std::size_t size) { return Scalar(type, {Here() - size, Here()}); }
  bool Scalar(FieldType type, ByteSpan span) {
    content_.Scalar(type, span);
    if (content_.row_has_ended()) MarkRow();
    return true;
  }
  bool Close(FieldType type) {
    content_.Close(type, Here());
    if (content_.row_has_ended()) MarkRow();
    return true;
  }
  void MarkRow() {
    RawRow& row = content_.last_row();
    if (!IsUtf8(row.raw)) row.kind = TextKind::kAny;
  }

  const std::size_t start_;
  const SourceStream& stream_;
  PageContent& content_;
};

}  // namespace

bool ReadLeniently(std::size_t start, bool mend, PageContent* content, bool* may_be_mended) {
  std::string_view text = content->body().substr(start);
  std::string mended;
  if (mend) {
    mended = text;
    MendSurrogates(mended.data(), mended.size());
    MendBigNumbers(mended.data(), mended.size());
    text = mended;
  }
  // Behind both there is the NUL that the stream wants.
  SourceStream stream(text.data(), text.data() + text.size());
  Tokens tokens(start, &stream, content);
  rapidjson::GenericReader<SourceText, SourceText> reader;
  rapidjson::ParseResult result = reader.Parse<kFlags>(stream, tokens);
  // The reader takes a NUL for the end of the text.
  if (!result.IsError() && stream.Tell() != text.size()) {
    result.Set(rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
  }
  if (!result.IsError()) {
    content->Conclude();
    return true;
  }
  *may_be_mended = result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid ||
                   result.Code() == rapidjson::kParseErrorNumberTooBig;
  const std::string what =
      content->is_too_deep()
          ? "the page is nested deeper than " + std::to_string(content->max_depth())
          : std::string("the page is not JSON: ") + rapidjson::GetParseError_En(result.Code());
  content->Fail(what + " at byte " + std::to_string(start + result.Offset()) + " of " +
                std::to_string(content->body().size()));
  return false;
}

}  // namespace nsf
