// SPDX-License-Identifier: Apache-2.0
// Members → fields: strings are decoded, where they hold escapes.
#include "core/event/row.h"

#include "core/event/unescape.h"
#include "core/event/text.h"

namespace nsf {

std::string_view RowReader::Text(std::string_view inside) {
  if (!row_has_escapes_ || !HasEscapes(inside)) return inside;
  const std::size_t begin = decoded_.size();
  AppendUnescaped(inside, &decoded_);
  return std::string_view(decoded_).substr(begin);
}

const Row& RowReader::Read(const RawRow& raw) {
  fields_.clear();
  supporting_.clear();
  decoded_.clear();
  row_has_escapes_ = HasEscapes(raw.raw);  // of most rows one look tells
  decoded_.reserve(raw.raw.size());  // so that no view moves
  std::string_view name;
  std::uint32_t name_at = 0;  // no name stands there: a row begins with a brace
  for (const Member& member : raw.members) {
    const std::string_view json = raw.raw.substr(member.value, member.value_size);
    std::string_view text;
    if (member.type == FieldType::kNumber) text = json;
    if (member.type == FieldType::kString) {
      text = Text(json.substr(1, json.size() - 2));
    }
    // The elements of a list share its name: decoded once, all text together is shorter than raw.
    const bool same_name = member.is_supporting && name_at == member.name;
    if (!same_name) {
      name = Text(raw.raw.substr(member.name, member.name_size));
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
