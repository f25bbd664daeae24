// SPDX-License-Identifier: Apache-2.0
// An event type other than `audit`, ready to be applied: members of a row are found by one look-up
// each, and JSON is written along a tree. Immutable; any number of threads may read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/audit_event.h"
#include "core/format/typed/event_type_spec.h"
#include "core/format/typed/field_tree.h"

namespace nsf {

// What the forwarder knows of an event by itself; "@event_id" in the file.
enum class Derived : std::uint8_t {
  kNone,
  kAction,
  kActivityId,
  kActivityName,
  kActorActive,
  kActorDepartment,
  kActorDisplayName,
  kActorGroupNames,
  kActorGroups,
  kActorId,
  kActorIdentity,
  kActorLastListed,
  kActorLocation,
  kActorStatus,
  kCategoryName,
  kCategoryUid,
  kClassName,
  kClassUid,
  kDataset,
  kEventId,
  kIdentityTime,
  kInserted,
  kInsertedRfc3339,
  kKnownTime,
  kLogLevel,
  kMessage,
  kOriginalTime,
  kOutcome,
  kRfc3339,
  kSeverityCaption,
  kSeverityId,
  kSeverityNumber,
  kStream,
  kTenant,
  kTime,
  kTypeName,
  kTypeUid,
};

// kNone: there is none of this name, which begins with '@'.
Derived DerivedNamed(std::string_view name);

// Of what is known of the people of an event, which is nothing where nobody was asked.
bool IsOfPeople(Derived derived);

class EventType {
 public:
  explicit EventType(EventTypeSpec spec);
  EventType(const EventType&) = delete;
  EventType& operator=(const EventType&) = delete;

  const EventTypeSpec& spec() const { return spec_; }
  const FieldTree& ocsf() const { return ocsf_; }
  const FieldTree& ecs() const { return ecs_; }

  // A field that takes the member, and the place of that member among those it may take.
  struct Use {
    std::uint16_t field = 0;
    std::uint16_t rank = 0;
  };
  // Empty: no field takes it.
  const std::vector<Use>& UsesOf(std::string_view member) const;

  struct DerivedUse {
    Use use;
    Derived derived = Derived::kNone;
  };
  const std::vector<DerivedUse>& derived() const { return derived_; }
  // Those that IsOfPeople() has; derived() has the others.
  const std::vector<DerivedUse>& of_people() const { return of_people_; }

  // Makes `event` one of this type: its class, activity, severity, outcome, message and user, and
  // `by_type`. What it points to are the row and this type, which outlives it.
  void Apply(AuditEvent* event) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  EventTypeSpec spec_;
  std::unordered_map<std::string, std::vector<Use>, Hash, std::equal_to<>> uses_;
  std::vector<DerivedUse> derived_;
  std::vector<DerivedUse> of_people_;
  std::vector<std::string> actor_;  // the members that name who did it
  FieldTree ocsf_;
  FieldTree ecs_;
};

// All that are known.
class EventTypes {
 public:
  EventTypes(std::vector<EventTypeSpec> types, EventTypeSpec other);

  // Null: it is `audit`, whose events are read by the rules of classification. A type that is not
  // in the table is `other`.
  const EventType* Find(std::string_view name) const;
  // Null: it is not in the table; so is `audit`.
  const EventType* FindKnown(std::string_view name) const;
  // Their names, in the table's order.
  std::vector<std::string> names() const;

 private:
  std::vector<std::unique_ptr<const EventType>> types_;
  std::unique_ptr<const EventType> other_;
};

}  // namespace nsf
