// SPDX-License-Identifier: Apache-2.0
// The values of one event in the terms of its type's table: which member stands for which field,
// and whether it is what the field's places take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/audit_event.h"
#include "core/format/event_parts.h"
#include "core/format/format.h"
#include "core/format/left_members.h"
#include "core/format/typed/event_type.h"

namespace nsf {

struct FieldValue {
  static constexpr std::size_t kNoMember = SIZE_MAX;

  bool is_present = false;
  bool is_json = false;  // `text` is JSON as it stands: a number, a list
  std::string_view text;
  const TypedWord* word = nullptr;  // of a field of words, the one that was met
  std::size_t member = kNoMember;   // in the row
  std::uint16_t rank = UINT16_MAX;  // of that member among those the field may take
};

// Of one event; views point into the event, its type, `context` and this object.
class FieldValues {
 public:
  FieldValues(const AuditEvent& event, const FormatContext& context);
  FieldValues(const FieldValues&) = delete;
  FieldValues& operator=(const FieldValues&) = delete;

  const FieldValue& at(std::size_t field) const { return values_[field]; }
  const EventTime& time() const { return time_; }

  // The members that have a place at `path`, and need no other.
  PlacedFields Placed(std::string TypedField::*path) const;
  // Adds what is derived in every format: times and ids.
  void NoteDerived(bool is_ocsf, PlacedFields* placed) const;

 private:
  void TakeMember(std::size_t index);
  void TakeDerived(const EventType::DerivedUse& use);
  // Whether the member's text is what the field takes; sets `value` if so.
  bool Read(const TypedField& field, const Field& member, FieldValue* value);
  std::string_view Number(std::int64_t number);
  std::string_view Keep(std::string text);
  FieldValue Derive(Derived derived);
  FieldValue DeriveKind(Derived derived);
  FieldValue DerivePerson(Derived derived);

  const AuditEvent& event_;
  const EventType& type_;
  const FormatContext& context_;
  const EventTime time_;
  std::vector<FieldValue> values_;
  std::vector<std::string> kept_;  // texts that were made here; never grows beyond what it reserved
};

}  // namespace nsf
