// SPDX-License-Identifier: Apache-2.0
// Which members are left.
#include "core/format/left_members.h"

#include <algorithm>

namespace nsf {
namespace {

constexpr std::size_t kFewFields = 64;  // up to here, looking at all of them is the quickest

}  // namespace

const Field* LeftMembers::Next() {
  const std::span<const Field> fields = event_.row->fields;
  while (next_ < fields.size()) {
    const std::size_t index = next_++;
    if (!IsPlaced(index) && !IsReplaced(index)) return &fields[index];
  }
  return nullptr;
}

bool LeftMembers::IsPlaced(std::size_t index) const {
  const Field& field = event_.row->fields[index];
  if (placed_.HasMember(index) || field.type == FieldType::kNull) return true;  // null is no value
  const KnownField known = FindKnownField(field.name);
  if (known == KnownField::kNone || !placed_.Has(known)) return false;
  // The address of a login may come from its supporting values, not from this field.
  return known != KnownField::kSourceIp || field.text == event_.source_ip;
}

bool LeftMembers::IsReplaced(std::size_t index) {
  const std::span<const Field> fields = event_.row->fields;
  if (fields.size() <= kFewFields) {
    return std::any_of(fields.begin() + static_cast<std::ptrdiff_t>(index) + 1, fields.end(),
                       [&](const Field& later) { return later.name == fields[index].name; });
  }
  if (last_by_name_.empty()) {
    for (std::size_t i = 0; i < fields.size(); ++i) last_by_name_[fields[i].name] = i;
  }
  return last_by_name_.find(fields[index].name)->second != index;
}

}  // namespace nsf
