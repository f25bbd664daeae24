// SPDX-License-Identifier: Apache-2.0
// What is known of people as text: the same in every format that has no place of its own for it.
#pragma once

#include <cstddef>

#include "core/event/identity.h"
#include "core/format/text_buffer.h"

namespace nsf {

// Of one person in one event.
inline constexpr std::size_t kMostGroupsShown = 100;

struct IdentityJsonParts {
  bool names = false;                          // `id` and `display_name`
  bool place = false;                          // `department` and `location`
  std::size_t most_groups = kMostGroupsShown;  // 0: none
  // Groups are left out from the one on that would make the object longer; 0: no matter.
  std::size_t most_bytes = 0;
  std::size_t shown_elsewhere = 0;  // so many groups have a place of their own
};

// Bytes of a person, or of names of groups, that formats of lines take.
inline constexpr std::size_t kMostIdentityText = 1023;

// {"status":"found", …}. Where groups are left out, "groups_total" says how many there are.
void AppendIdentityJson(const KnownPerson& person, const IdentityJsonParts& parts, TextBuffer* out);

// Whether anyone was looked up. Null: nobody was asked.
inline bool HasPeople(const Enrichment* people) {
  return people != nullptr && (people->actor || people->subject);
}

// {"taken":"…","actor":{…},"target":{…}}: of when it is, and what ECS has no place for. The names
// are in places of their own.
void AppendPeopleJson(const Enrichment& people, TextBuffer* out);

// The names of the groups with ", " between them, as many as fit into kMostIdentityText.
void AppendGroupNames(const Identity& identity, TextBuffer* out);

}  // namespace nsf
