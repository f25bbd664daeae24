// SPDX-License-Identifier: Apache-2.0
// Members → fields: strings are decoded, where they hold escapes.
#include "core/event/row.h"

#include <cstring>

#include "core/event/byte_block.h"
#include "core/event/supporting_text.h"
#include "core/event/unescape.h"

namespace nsf {

void RawRow::LookThrough() {
  const SpecialBytes found = LookForSpecial<'\\'>(raw);
  may_have_breaks = found.has_controls;
  if (!found.has_controls && !found.has_stops) kind = TextKind::kPlain;
  if (!found.has_stops) return;
  const std::size_t first = raw.find('\\');
  escapes_begin = static_cast<std::uint32_t>(first);
  const void* const last = ::memrchr(raw.data(), '\\', raw.size());
  escapes_end = static_cast<std::uint32_t>(static_cast<const char*>(last) - raw.data() + 1);
}

// What a row costs is mostly this: three short loops, of which the second is rarely run.
void MemberReader::Read(const RawRow& raw) {
  if (fields_.size() < raw.members.size()) {
    fields_.resize(raw.members.size());
    scalars_.resize(raw.members.size());
  }
  TakeAsTheyStand(raw);
  if (raw.has_escapes()) Decode(raw);
  known_ = KnownMembers();
  std::size_t index = 0;
  for (Field& field : std::span(fields_.data(), field_count_)) {
    field.known = FindKnownField(field.name);
    known_.Note(field.known, index++);
  }
}

void MemberReader::TakeAsTheyStand(const RawRow& raw) {
  const char* const begin = raw.raw.data();  // members lie in their row
  Field* field = fields_.data();
  Scalar* scalar = scalars_.data();
  for (const Member member : raw.members) {
    const std::string_view name(begin + member.name, member.name_size);
    const bool is_string = member.type == FieldType::kString;
    const char* const text = begin + member.value + (is_string ? 1 : 0);
    const std::uint32_t text_size = member.value_size - (is_string ? 2 : 0);
    if (member.is_supporting) {
      *scalar++ = {name, member.type, {text, member.type == FieldType::kNull ? 0 : text_size}};
    } else {
      const bool has_text = is_string || member.type == FieldType::kNumber;
      *field++ = {name,
                  member.type,
                  KnownField::kNone,
                  {text, has_text ? text_size : 0},
                  {begin + member.value, member.value_size}};
    }
  }
  field_count_ = static_cast<std::size_t>(field - fields_.data());
  scalar_count_ = static_cast<std::size_t>(scalar - scalars_.data());
}

void MemberReader::Decode(const RawRow& raw) {
  decoded_.clear();
  decoded_.reserve(raw.raw.size());  // so that no view moves
  const char* const first = raw.raw.data() + raw.escapes_begin;
  const char* const end = raw.raw.data() + raw.escapes_end;
  // Members stand in the order in which they are told.
  const auto decode = [&](std::string_view* text) {
    const bool may_have_escapes = text->data() < end && text->data() + text->size() > first;
    if (may_have_escapes && HasEscapes(*text)) *text = Decoded(*text);
  };
  for (Field& field : std::span(fields_.data(), field_count_)) {
    if (field.json.data() + field.json.size() <= first) continue;
    if (field.name.data() >= end) break;
    decode(&field.name);
    decode(&field.text);
  }
  // The elements of a list share its name: decoded once, all text together is shorter than the row.
  std::string_view name;
  const char* name_at = nullptr;
  for (Scalar& scalar : std::span(scalars_.data(), scalar_count_)) {
    if (scalar.text.data() + scalar.text.size() <= first) continue;
    if (scalar.name.data() >= end) break;
    if (name_at != scalar.name.data()) {
      name = scalar.name;
      name_at = name.data();
      decode(&name);
    }
    scalar.name = name;
    decode(&scalar.text);
  }
}

std::string_view MemberReader::Decoded(std::string_view inside) {
  const std::size_t begin = decoded_.size();
  AppendUnescaped(inside, &decoded_);
  return std::string_view(decoded_).substr(begin);
}

RowReader::RowReader() = default;
RowReader::~RowReader() = default;

const Row& RowReader::Read(const RawRow& raw) {
  members_.Read(raw);
  row_ = {raw.raw, members_.fields(), members_.known(),   members_.scalars(),
          {},      raw.kind,          raw.may_have_breaks};
  if (const Field* const data = row_.Find(KnownField::kSupportingData)) ReadSupporting(*data);
  return row_;
}

void RowReader::ReadSupporting(const Field& data) {
  if (data.type == FieldType::kObject) row_.supporting_json = data.json;
  if (data.type != FieldType::kString) return;
  if (!text_) text_ = std::make_unique<SupportingText>();
  if (!text_->Read(data.text)) return;
  row_.supporting = text_->scalars();
  row_.supporting_json = text_->json();
}

}  // namespace nsf
