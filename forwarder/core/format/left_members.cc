// SPDX-License-Identifier: Apache-2.0
// Which members are left.
#include "core/format/left_members.h"

#include <algorithm>
#include <bit>
#include <map>

namespace nsf {
namespace {

constexpr std::size_t kFewFields = 64;  // a bit for each

constexpr std::uint64_t BitOf(std::size_t index) { return std::uint64_t{1} << index; }

// A bit that equal names have in common, and few others.
std::uint64_t NameBit(std::string_view name) {
  if (name.empty()) return 1;
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  return BitOf((name.size() * 5 + first * 3U + last) % 64);
}

bool HasName(std::span<const Field> fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [name](const Field& field) { return field.name == name; });
}

// The address of a login may come from its supporting values, not from this field.
bool StandsFor(KnownField known, const Field& field, const AuditEvent& event) {
  return known != KnownField::kSourceIp || field.text == event.source_ip;
}

}  // namespace

LeftMembers::LeftMembers(const AuditEvent& event, const PlacedFields& placed)
    : fields_(event.row->fields) {
  if (fields_.size() > kFewFields) {
    FindAmongMany(event, placed);
  } else {
    FindAmongFew(event, placed);
  }
}

void LeftMembers::FindAmongFew(const AuditEvent& event, const PlacedFields& placed) {
  std::uint64_t names = 0;  // of the members behind
  for (std::size_t i = fields_.size(); i-- > 0;) {
    const Field& field = fields_[i];
    const std::uint64_t name = NameBit(field.name);
    const bool is_replaced = (names & name) != 0 && HasName(fields_.subspan(i + 1), field.name);
    names |= name;
    if (field.type != FieldType::kNull && !is_replaced) left_ |= BitOf(i);
  }
  for (std::uint32_t known = placed.known(); known != 0; known &= known - 1) {
    const auto field = static_cast<KnownField>(std::countr_zero(known));
    const std::size_t index = event.members.IndexOf(field);
    if (index < fields_.size() && StandsFor(field, fields_[index], event)) left_ &= ~BitOf(index);
  }
  for (std::size_t i = 0; i < placed.member_count(); ++i) {
    if (placed.HasMember(i)) left_ &= ~BitOf(i);
  }
}

void LeftMembers::FindAmongMany(const AuditEvent& event, const PlacedFields& placed) {
  std::map<std::string_view, std::size_t> last_by_name;
  for (std::size_t i = 0; i < fields_.size(); ++i) last_by_name[fields_[i].name] = i;
  many_.resize(fields_.size());
  for (const auto& [name, index] : last_by_name) {
    const Field& field = fields_[index];
    const KnownField known = FindKnownField(name);
    const bool is_placed =
        placed.HasMember(index) || (placed.Has(known) && StandsFor(known, field, event));
    many_[index] = field.type != FieldType::kNull && !is_placed;
  }
}

const Field* LeftMembers::Next() {
  if (many_.empty()) {
    if (left_ == 0) return nullptr;
    const auto index = static_cast<std::size_t>(std::countr_zero(left_));
    left_ &= left_ - 1;
    return &fields_[index];
  }
  while (next_ < many_.size()) {
    const std::size_t index = next_++;
    if (many_[index]) return &fields_[index];
  }
  return nullptr;
}

}  // namespace nsf
