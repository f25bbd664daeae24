// SPDX-License-Identifier: Apache-2.0
// Writes fields down.
#include "tenant/row_fields.h"

namespace nsf_simulator {

std::string Quoted(std::string_view content) { return '"' + std::string(content) + '"'; }

std::string Decoded(std::string_view content) {
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '\\') {
      text += content[i];
    } else if (content[i + 1] == 'u') {
      text += "\xC3\xA9";  // the one code point the vocabulary spells so: é
      i += 5;
    } else {
      text += content[++i];
    }
  }
  return text;
}

std::size_t IdWidth(IdShape shape) {
  switch (shape) {
    case IdShape::kHex24:
      return 24;
    case IdShape::kUuid:
      return 36;
    case IdShape::kHex32:
      return 32;
    case IdShape::kHex22:
      return 22;
    case IdShape::kDigits:
      break;
  }
  return 9;
}

std::size_t TimeWidth(TimeUnit unit) { return unit == TimeUnit::kMilliseconds ? 13 : 10; }

std::string IdPlace(IdShape shape) { return Quoted(std::string(IdWidth(shape), '0')); }

std::string TimePlace(TimeUnit unit) { return std::string(TimeWidth(unit), '0'); }

Field* FindField(std::string_view key, std::vector<Field>* fields) {
  for (Field& field : *fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

void WriteRow(const std::vector<Field>& fields, const Spacing& spacing, RowTemplate* row) {
  std::size_t size = 16;
  for (const Field& field : fields) size += field.key.size() + field.value.size() + 16;
  row->text.reserve(size);
  row->text = '{';
  row->text += spacing.open;
  for (const Field& field : fields) {
    if (&field != &fields.front()) row->text.append(",").append(spacing.after_comma);
    row->text.append("\"").append(field.key).append("\":").append(spacing.after_colon);
    const std::size_t at = row->text.size() + (field.value.starts_with('"') ? 1 : 0);
    if (field.slot == Slot::kId) row->id_at = at;
    if (field.slot == Slot::kTimestamp) row->timestamp_at = at;
    if (field.slot == Slot::kInsertion) row->insertion_at = at;
    if (field.slot == Slot::kCount) row->count_at = at;
    row->text += field.value;
  }
  row->text.append(spacing.close).append("}");
}

}  // namespace nsf_simulator
