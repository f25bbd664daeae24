// SPDX-License-Identifier: Apache-2.0
// A page of users or groups, as a tenant's SCIM answers it: what is read is bounded, the walk gets
// on, everybody is found in the picture that is made of it and comes back out of the state, and
// every format shows each of them in one line of valid text.
#include <algorithm>
#include <string>
#include <string_view>

#include "core/event/text.h"
#include "core/identity/picture_builder.h"
#include "core/identity/scim_page.h"
#include "core/identity/scim_walk.h"
#include "fuzz/fuzz.h"
#include "fuzz/picture_checks.h"

namespace nsf::fuzz {
namespace {

// Of a message: 200 characters, each of four bytes at most.
constexpr std::size_t kMostMessage = 800;

bool IsBounded(std::string_view text) { return text.size() <= kMostIdentityText; }

void CheckGroup(const ScimGroup& group) {
  Require(!group.id.empty(), "a group has an id");
  Require(IsBounded(group.id) && IsBounded(group.name), "a group's texts are bounded");
}

void CheckPage(const ScimPage& page) {
  Require(page.users.size() + page.groups.size() <= page.received, "each is a resource");
  Require(IsBounded(page.first), "an id is bounded");
  Require(page.message.size() <= kMostMessage && !HasControls(page.message) && IsUtf8(page.message),
          "words are fit for a log");
  for (const ScimGroup& group : page.groups) CheckGroup(group);
  for (const ScimUser& user : page.users) {
    Require(!user.user_name.empty(), "a user has a name");
    Require(IsBounded(user.user_name) && IsBounded(user.id) && IsBounded(user.display_name) &&
                IsBounded(user.department) && IsBounded(user.location),
            "a user's texts are bounded");
    Require(user.groups.size() <= kMostGroupsOfUser, "groups of a user are bounded");
    for (const ScimGroup& group : user.groups) CheckGroup(group);
  }
}

// The page comes again and again, whatever it states.
void CheckWalk(const ScimPage& page) {
  ScimWalk walk;
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t before = walk.start_index();
    if (walk.Take(page.received, page.total, page.first) != ScimWalk::Step::kMore) return;
    Require(walk.start_index() > before && walk.start_index() <= kMostResources + 1,
            "a walk that goes on gets on, within bounds");
  }
}

// Not twice the same name: the last one of a name counts, which is another one's matter.
void CheckUsers(const ScimPage& page, const Picture& picture) {
  std::string folded;
  std::string other;
  Identity identity;
  for (auto user = page.users.begin(); user != page.users.end(); ++user) {
    FoldUserName(user->user_name, &folded);
    Require(picture.Find(folded, &identity), "each user is in the picture");
    const bool again = std::any_of(user + 1, page.users.end(), [&](const ScimUser& later) {
      FoldUserName(later.user_name, &other);
      return other == folded;
    });
    if (again) continue;
    Require(identity.id == user->id && identity.display_name == user->display_name &&
                identity.department == user->department && identity.location == user->location &&
                identity.active == user->active && identity.groups.size() == user->groups.size(),
            "a user is shown as the page has it");
  }
}

}  // namespace
}  // namespace nsf::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nsf;
  const std::string body(fuzz::TextOf(data, size));
  const ScimPage users = ParseScimUsers(body);
  const ScimPage groups = ParseScimGroups(body);
  fuzz::CheckPage(users);
  fuzz::CheckPage(groups);
  fuzz::CheckWalk(users);
  PictureBuilder builder({});
  for (const ScimUser& user : users.users) builder.AddUser(user);
  for (const ScimGroup& group : groups.groups) builder.AddGroup(group);
  const WallSeconds taken(std::chrono::seconds(1'760'000'000));
  const auto outcome =
      builder.Finish({taken, std::chrono::seconds(1), true}, users.total.value_or(0), nullptr);
  const Picture& picture = *outcome.picture;
  fuzz::CheckUsers(users, picture);
  fuzz::CheckFinding(picture);
  fuzz::CheckKeeping(picture);
  fuzz::CheckGoing(picture, /*is_built=*/true);
  fuzz::CheckShowing(picture);
  return 0;
}
