// SPDX-License-Identifier: Apache-2.0
// Members → fields: strings are decoded, where they hold escapes.
#include "core/event/row.h"

#include "core/event/unescape.h"

namespace nsf {

std::string_view RowReader::Decoded(std::string_view inside) {
  if (!HasEscapes(inside)) return inside;
  const std::size_t begin = decoded_.size();
  AppendUnescaped(inside, &decoded_);
  return std::string_view(decoded_).substr(begin);
}

const Row& RowReader::Read(const RawRow& raw) {
  fields_.clear();
  supporting_.clear();
  decoded_.clear();
  if (raw.has_escapes()) decoded_.reserve(raw.raw.size());  // so that no view moves
  const auto bytes = [begin = raw.raw.data()](std::uint32_t at, std::uint32_t size) {
    return std::string_view(begin + at, size);  // members lie in their row
  };
  const auto text = [this, &raw, &bytes](std::uint32_t at, std::uint32_t size) {
    const std::string_view inside = bytes(at, size);
    const bool may_have_escapes = at < raw.escapes_end && at + size > raw.escapes_begin;
    return may_have_escapes ? Decoded(inside) : inside;
  };
  std::string_view name;
  std::uint32_t name_at = 0;  // no name stands there: a row begins with a brace
  for (const Member& member : raw.members) {
    // The elements of a list share its name: decoded once, all text together is shorter than raw.
    if (!member.is_supporting || name_at != member.name) {
      name = text(member.name, member.name_size);
      name_at = member.name;
    }
    std::string_view value;
    if (member.type == FieldType::kNumber) value = bytes(member.value, member.value_size);
    if (member.type == FieldType::kString) {
      value = text(member.value + 1, member.value_size - 2);
    }
    if (!member.is_supporting) {
      fields_.push_back({name, member.type, value, bytes(member.value, member.value_size)});
      continue;
    }
    if (member.type == FieldType::kTrue) value = "true";
    if (member.type == FieldType::kFalse) value = "false";
    supporting_.push_back({name, member.type, value});
  }
  row_ = {raw.raw, fields_, supporting_, raw.valid_utf8};
  return row_;
}

}  // namespace nsf
