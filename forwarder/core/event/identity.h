// SPDX-License-Identifier: Apache-2.0
// Who a user is, as the tenant's SCIM showed it, and what is known of the people of one event.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ports/clock.h"

namespace nsf {

// What of an identity is kept and given out: tenants[].identities.fields.
struct IdentityFields {
  bool id = true;
  bool display_name = true;
  bool active = true;
  bool groups = true;
  bool department = true;
  bool location = true;
};

// One user. Empty texts are not known. The texts are valid as long as what they were read from.
struct Identity {
  std::string_view id;  // the tenant's own, which is not the address
  std::string_view display_name;
  std::string_view department;
  std::string_view location;
  std::optional<bool> active;
  std::vector<std::string_view> groups;  // names, in the tenant's order
  // Not listed any more: when the last picture that shows the user was taken.
  std::optional<WallSeconds> last_listed;
};

enum class IdentityStatus : std::uint8_t {
  kFound,
  kStale,      // found, in a picture that should have been renewed by now
  kMissing,    // the picture does not show the user
  kNoPicture,  // none was taken yet
};

constexpr std::string_view IdentityStatusName(IdentityStatus status) {
  switch (status) {
    case IdentityStatus::kFound:
      return "found";
    case IdentityStatus::kStale:
      return "stale";
    case IdentityStatus::kMissing:
      return "missing";
    case IdentityStatus::kNoPicture:
      break;
  }
  return "no_picture";
}

// One person of an event.
struct KnownPerson {
  IdentityStatus status = IdentityStatus::kNoPicture;
  Identity identity;  // empty unless found

  bool found() const {
    return status == IdentityStatus::kFound || status == IdentityStatus::kStale;
  }
};

// What is known of the people of one event. Memberships arrive late at the tenant, and a picture is
// some time old: `taken` says of when all of it is.
struct Enrichment {
  std::optional<KnownPerson> actor;    // absent: the row names none
  std::optional<KnownPerson> subject;  // whose account or membership was changed
  std::optional<WallSeconds> taken;    // absent: there is no picture
};

}  // namespace nsf
