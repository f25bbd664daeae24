// SPDX-License-Identifier: Apache-2.0
// A page of SCIM users or groups (RFC 7644, 3.4.2): a body's bytes → values. What is odd in a
// resource costs that resource, never the page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nsf {

struct ScimGroup {
  std::string id;
  std::string name;
};

struct ScimUser {
  std::string id;
  std::string user_name;
  std::string display_name;
  std::string department;
  std::string location;
  std::optional<bool> active;
  std::vector<ScimGroup> groups;
};

enum class ScimPageStatus : std::uint8_t {
  kList,       // perhaps an empty one
  kNoList,     // JSON that is no list: what it says is in `message`
  kMalformed,  // not JSON: why is in `message`
};

struct ScimPage {
  ScimPageStatus status = ScimPageStatus::kMalformed;
  std::optional<std::uint64_t> total;  // totalResults, as stated
  std::uint64_t received = 0;          // resources, usable or not
  std::string first;                   // the first resource's id
  std::vector<ScimUser> users;
  std::vector<ScimGroup> groups;
  std::string message;
};

// Texts are cut to so many bytes, at a character's end.
inline constexpr std::size_t kMostIdentityText = 256;
// Of one user; more are not kept.
inline constexpr std::size_t kMostGroupsOfUser = 4096;

// Pure. Users without a user name and groups without an id are counted in `received` alone.
ScimPage ParseScimUsers(std::string body);
ScimPage ParseScimGroups(std::string body);

}  // namespace nsf
