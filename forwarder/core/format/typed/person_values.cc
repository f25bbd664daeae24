// SPDX-License-Identifier: Apache-2.0
// What is known of an event's actor → values.
#include <utility>

#include "core/format/identity_json.h"
#include "core/format/ocsf_enrichments.h"
#include "core/format/typed/field_values.h"

namespace nsf {

FieldValue FieldValues::DerivePerson(Derived derived) {
  const Enrichment& people = *context_.people;
  if (!people.actor) return {};
  const KnownPerson& person = *people.actor;
  const Identity& identity = person.identity;
  FieldValue value;
  const auto text = [&value](std::string_view of) {
    value.is_present = !of.empty();
    value.text = of;
    return value;
  };
  const auto time = [&](const std::optional<WallSeconds>& at) {
    if (!at) return value;
    value.is_json = true;
    return text(Number(at->time_since_epoch().count() * 1000));
  };
  const auto made = [&](const auto& append) {
    TextBuffer written;
    append(&written);
    return text(Keep(written.str()));
  };
  switch (derived) {
    case Derived::kActorStatus:
      return text(IdentityStatusName(person.status));
    case Derived::kActorId:
      return text(identity.id);
    case Derived::kActorDisplayName:
      return text(identity.display_name);
    case Derived::kActorDepartment:
      return text(identity.department);
    case Derived::kActorLocation:
      return text(identity.location);
    case Derived::kActorActive:
      if (!identity.active) return value;
      return text(*identity.active ? "true" : "false");
    case Derived::kActorLastListed:
      return time(identity.last_listed);
    case Derived::kIdentityTime:
      return time(people.taken);
    case Derived::kActorGroups:
      if (identity.groups.empty()) return value;
      value.is_json = true;
      return made([&identity](TextBuffer* out) { AppendGroups(identity, out); });
    case Derived::kActorGroupNames:
      return made([&identity](TextBuffer* out) { AppendGroupNames(identity, out); });
    case Derived::kActorIdentity:
      return made([&person](TextBuffer* out) {
        AppendIdentityJson(person, {true, true, kMostGroupsShown, kMostIdentityText}, out);
      });
    default:
      return value;
  }
}

}  // namespace nsf
