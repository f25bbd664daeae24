// SPDX-License-Identifier: Apache-2.0
// Which members are left.
#include "core/format/left_members.h"

#include <algorithm>

namespace nsf {
namespace {

constexpr std::size_t kFewFields = 64;  // up to here a bit for each of them says enough

// A bit that equal names have in common, and few others.
std::uint64_t NameBit(std::string_view name) {
  if (name.empty()) return 1;
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  return std::uint64_t{1} << ((name.size() * 5 + first * 3U + last) % 64);
}

}  // namespace

LeftMembers::LeftMembers(const AuditEvent& event, const PlacedFields& placed)
    : event_(event), placed_(placed), fields_(event.row->fields) {
  if (fields_.size() > kFewFields) {
    for (std::size_t i = 0; i < fields_.size(); ++i) last_by_name_[fields_[i].name] = i;
    return;
  }
  std::uint64_t names = 0;  // of the members behind
  for (std::size_t i = fields_.size(); i-- > 0;) {
    const std::uint64_t name = NameBit(fields_[i].name);
    if ((names & name) != 0) perhaps_replaced_ |= std::uint64_t{1} << i;
    names |= name;
  }
}

const Field* LeftMembers::Next() {
  while (next_ < fields_.size()) {
    const std::size_t index = next_++;
    if (!IsPlaced(index) && !IsReplaced(index)) return &fields_[index];
  }
  return nullptr;
}

bool LeftMembers::IsPlaced(std::size_t index) const {
  const Field& field = fields_[index];
  if (field.type == FieldType::kNull) return true;  // null is no value
  if (placed_.HasMember(index)) return true;
  const KnownField known = FindKnownField(field.name);
  if (known == KnownField::kNone || !placed_.Has(known)) return false;
  // The address of a login may come from its supporting values, not from this field.
  return known != KnownField::kSourceIp || field.text == event_.source_ip;
}

bool LeftMembers::IsReplaced(std::size_t index) const {
  const std::string_view name = fields_[index].name;
  if (fields_.size() > kFewFields) return last_by_name_.find(name)->second != index;
  if ((perhaps_replaced_ >> index & 1U) == 0) return false;
  const auto behind = fields_.subspan(index + 1);
  return std::any_of(behind.begin(), behind.end(),
                     [name](const Field& later) { return later.name == name; });
}

}  // namespace nsf
