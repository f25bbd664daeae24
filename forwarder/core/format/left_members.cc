// SPDX-License-Identifier: Apache-2.0
// Which members are left.
#include "core/format/left_members.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

namespace nsf {
namespace {

constexpr std::size_t kFewFields = KnownMembers::kFewMembers;

constexpr std::uint64_t BitOf(std::size_t index) { return std::uint64_t{1} << index; }

// Names that were met: one that was not is nearly always known not to have been.
class NameFilter {
 public:
  // Whether an equal name may have been noted before.
  bool Note(std::string_view name) {
    if (name.empty()) return true;
    const std::size_t first = static_cast<unsigned char>(name.front());
    const std::size_t last = static_cast<unsigned char>(name.back());
    const std::size_t hash = name.size() * 37 + first * 11 + last;
    std::uint64_t& bits = bits_[hash / 64 % bits_.size()];
    const bool was_noted = (bits & BitOf(hash % 64)) != 0;
    bits |= BitOf(hash % 64);
    return was_noted;
  }

 private:
  std::array<std::uint64_t, 8> bits_{};
};

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
  const KnownMembers& known = event.row->known;
  std::uint64_t left = fields_.empty() ? 0 : ~std::uint64_t{0} >> (kFewFields - fields_.size());
  std::uint64_t compared = left;  // by name
  // Those that mean something are known to be the only ones of their names.
  if (!known.has_repeats()) compared &= ~known.few();
  NameFilter behind;
  while (compared != 0) {
    const std::size_t i = std::bit_width(compared) - 1;
    compared &= ~BitOf(i);
    const std::string_view name = fields_[i].name;
    if (behind.Note(name) && HasName(fields_.subspan(i + 1), name)) left &= ~BitOf(i);
  }
  for (std::uint32_t fields = placed.known(); fields != 0; fields &= fields - 1) {
    const auto field = static_cast<KnownField>(std::countr_zero(fields));
    const std::size_t index = known.IndexOf(field);
    if (index < fields_.size() && StandsFor(field, fields_[index], event)) left &= ~BitOf(index);
  }
  for (std::size_t i = 0; i < placed.member_count(); ++i) {
    if (placed.HasMember(i)) left &= ~BitOf(i);
  }
  left_ = left;
}

void LeftMembers::FindAmongMany(const AuditEvent& event, const PlacedFields& placed) {
  std::map<std::string_view, std::size_t> last_by_name;
  for (std::size_t i = 0; i < fields_.size(); ++i) last_by_name[fields_[i].name] = i;
  many_.resize(fields_.size());
  for (const auto& [name, index] : last_by_name) {
    const Field& field = fields_[index];
    const KnownField known = field.known;
    const bool is_placed =
        placed.HasMember(index) || (placed.Has(known) && StandsFor(known, field, event));
    many_[index] = field.type != FieldType::kNull && !is_placed;
  }
}

const Field* LeftMembers::NextOfMany() {
  while (next_ < many_.size()) {
    const std::size_t index = next_++;
    if (many_[index]) return &fields_[index];
  }
  return nullptr;
}

}  // namespace nsf
