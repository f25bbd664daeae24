// SPDX-License-Identifier: Apache-2.0
// What is known of a person, as JSON: the same members in every format that has no place of its own
// for them.
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

// {"status":"found", …}. Where groups are left out, "groups_total" says how many there are.
void AppendIdentityJson(const KnownPerson& person, const IdentityJsonParts& parts, TextBuffer* out);

}  // namespace nsf
