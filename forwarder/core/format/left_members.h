// SPDX-License-Identifier: Apache-2.0
// The members of a row that a format has no place for: they are passed on under their own names, so
// that nothing is lost.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/event/audit_event.h"
#include "core/event/known_field.h"

namespace nsf {

// The members that have found a place.
class PlacedFields {
 public:
  void Add(KnownField field) { bits_ |= Bit(field); }
  // The row's member of this index, whatever it means.
  void AddMember(std::size_t index) {
    if (members_.size() <= index) members_.resize(index + 1);
    members_[index] = true;
  }
  bool HasMember(std::size_t index) const { return index < members_.size() && members_[index]; }
  std::size_t member_count() const { return members_.size(); }  // those behind have no place
  bool Has(KnownField field) const { return (bits_ & Bit(field)) != 0; }
  // A bit for each, by its number.
  std::uint32_t known() const { return bits_; }

 private:
  static std::uint32_t Bit(KnownField field) { return 1U << static_cast<unsigned>(field); }
  std::uint32_t bits_ = 0;
  std::vector<bool> members_;
};

// Goes through the members that are left, in their order.
class LeftMembers {
 public:
  // Views the event's row, which must outlive this.
  LeftMembers(const AuditEvent& event, const PlacedFields& placed);

  // The next one, or null at the end. Null values are none, and of members with the same name the
  // last one counts.
  const Field* Next() {
    while (left_ != 0) {
      const Field& field = fields_[static_cast<std::size_t>(std::countr_zero(left_))];
      left_ &= left_ - 1;
      if (field.type != FieldType::kNull) return &field;
    }
    return many_.empty() ? nullptr : NextOfMany();
  }

 private:
  void FindAmongFew(const AuditEvent& event, const PlacedFields& placed);
  void FindAmongMany(const AuditEvent& event, const PlacedFields& placed);
  const Field* NextOfMany();

  const std::span<const Field> fields_;
  std::uint64_t left_ = 0;  // a bit for each member that is left and still to come
  std::vector<bool> many_;  // those that are left of a row with more members than bits
  std::size_t next_ = 0;    // of `many_`
};

}  // namespace nsf
