// SPDX-License-Identifier: Apache-2.0
// Members → fields: strings are decoded, where they hold escapes.
#include "core/event/row.h"

#include <rapidjson/reader.h>

#include "core/event/surrogates.h"
#include "core/event/text.h"

namespace nsf {
namespace {

// Takes the one string of a document.
struct StringTaker : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringTaker> {
  explicit StringTaker(std::string* text) : out(text) {}

  bool Default() { return false; }
  bool String(const char* bytes, rapidjson::SizeType size, bool) {
    out->append(bytes, size);
    return true;
  }

  std::string* out;
};

// `inside` stands between quotes; it was found valid with its page.
void Decode(std::string_view inside, std::string* out) {
  std::string json = "\"";
  json += inside;
  json += '"';
  MendSurrogates(json.data(), json.size());
  rapidjson::StringStream stream(json.c_str());
  StringTaker taker(out);
  rapidjson::Reader().Parse(stream, taker);
}

}  // namespace

std::string_view RowReader::Text(std::string_view bytes, bool has_escapes) {
  if (!has_escapes) return bytes;
  const std::size_t begin = decoded_.size();
  Decode(bytes, &decoded_);
  return std::string_view(decoded_).substr(begin);
}

const Row& RowReader::Read(const RawRow& raw) {
  fields_.clear();
  supporting_.clear();
  decoded_.clear();
  decoded_.reserve(raw.raw.size());  // so that no view moves
  std::string_view name;
  std::uint32_t name_at = 0;  // no name stands there: a row begins with a brace
  for (const Member& member : raw.members) {
    const std::string_view json = raw.raw.substr(member.value, member.value_size);
    std::string_view text;
    if (member.type == FieldType::kNumber) text = json;
    if (member.type == FieldType::kString) {
      text = Text(json.substr(1, json.size() - 2), member.value_has_escapes);
    }
    // The elements of a list share its name: decoded once, all text together is shorter than raw.
    const bool same_name = member.is_supporting && name_at == member.name;
    if (!same_name) {
      name = Text(raw.raw.substr(member.name, member.name_size), member.name_has_escapes);
      name_at = member.name;
    }
    if (!member.is_supporting) {
      fields_.push_back({name, member.type, text, json});
      continue;
    }
    if (member.type == FieldType::kTrue) text = "true";
    if (member.type == FieldType::kFalse) text = "false";
    supporting_.push_back({name, member.type, text});
  }
  row_ = {raw.raw, fields_, supporting_, IsUtf8(raw.raw)};
  return row_;
}

}  // namespace nsf
