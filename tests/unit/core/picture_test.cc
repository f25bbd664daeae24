// SPDX-License-Identifier: Apache-2.0
// The picture of a tenant's users: found by name, compact, kept in the state.
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <string>

#include "core/event/page.h"
#include "core/identity/directory.h"
#include "core/identity/picture_builder.h"
#include "core/identity/picture_state.h"
#include "core/identity/record_text.h"

namespace nsf {
namespace {

using std::chrono::seconds;

WallSeconds At(std::int64_t second) { return WallSeconds(seconds(second)); }

ScimUser User(const std::string& name, const std::string& group = "Red") {
  return {"id-" + name, name, "Name " + name, "IT", "Lagos", true, {{"g-" + group, group}}};
}

class MapState : public StateReader {
 public:
  std::map<std::string, std::string> entries;

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    std::vector<StateEntry> found;
    for (const auto& [key, value] : entries) {
      if (key.starts_with(prefix)) found.push_back({key, value});
    }
    return found;
  }
  Result<std::vector<std::string>> Keys(std::string_view) const override { return Error{}; }

  // So many of the commits are made.
  void Apply(const std::vector<std::vector<StateChange>>& commits, std::size_t count = 1000) {
    for (std::size_t i = 0; i < commits.size() && i < count; ++i) {
      for (const StateChange& change : commits[i]) {
        if (change.value) {
          entries[change.key] = *change.value;
        } else {
          entries.erase(change.key);
        }
      }
    }
  }
};

std::shared_ptr<const Picture> Take(const std::vector<ScimUser>& users, std::int64_t at,
                                    const Picture* before = nullptr, bool whole = true) {
  PictureBuilder builder({});
  for (const ScimUser& user : users) builder.AddUser(user);
  return builder.Finish({At(at), seconds(1), whole}, users.size(), before).picture;
}

TEST_CASE("Users are found by their folded name, the last of several records") {
  PictureBuilder builder({});
  builder.AddUser(User("Bob@Corp.example"));
  builder.AddUser(User("ada@corp.example"));
  ScimUser again = User("BOB@corp.example", "Blue");
  again.active = false;
  builder.AddUser(again);
  builder.AddGroup({"g-Blue", "Navy"});
  const auto outcome = builder.Finish({At(100), seconds(0), true}, 2, nullptr);
  CHECK(outcome.users == 2);
  const Picture& picture = *outcome.picture;
  CHECK(picture.facts().whole);
  CHECK(picture.users() == 2);
  CHECK(picture.groups() == 2);
  Identity identity;
  REQUIRE(picture.Find("bob@corp.example", &identity));
  CHECK(identity.id == "id-BOB@corp.example");
  CHECK(identity.active == false);
  CHECK(identity.department == "IT");
  REQUIRE(identity.groups.size() == 1);
  CHECK(identity.groups[0] == "Navy");  // the name that the group has now
  CHECK_FALSE(picture.Find("Bob@Corp.example", &identity));
  CHECK_FALSE(picture.Find("", &identity));
  CHECK_FALSE(picture.Find("zoe", &identity));
}

TEST_CASE("Only the fields that are wanted are kept") {
  IdentityFields fields;
  fields.display_name = fields.groups = fields.location = false;
  PictureBuilder builder(fields);
  builder.AddUser(User("ada"));
  const auto picture = builder.Finish({}, 1, nullptr).picture;
  Identity identity;
  REQUIRE(picture->Find("ada", &identity));
  CHECK(identity.display_name.empty());
  CHECK(identity.location.empty());
  CHECK(identity.groups.empty());
  CHECK(identity.department == "IT");
  for (const auto& block : picture->blocks()) CHECK(block->find("Name") == std::string::npos);
}

TEST_CASE("Fewer users than stated, or none after some, are no whole picture") {
  PictureBuilder builder({});
  builder.AddUser(User("ada"));
  CHECK_FALSE(builder.Finish({At(1), {}, true}, 2, nullptr).picture->facts().whole);
  const auto some = Take({User("ada")}, 100);
  const auto none = Take({}, 200, some.get());
  CHECK_FALSE(none->facts().whole);
  Identity identity;
  REQUIRE(none->Find("ada", &identity));
  CHECK_FALSE(identity.last_listed);  // nobody says that she is gone
}

TEST_CASE("Who is not listed any more stays for a day, and is marked") {
  const auto first = Take({User("ada"), User("bob")}, 1'000);
  const auto second = Take({User("bob")}, 2'000, first.get());
  Identity identity;
  REQUIRE(second->Find("ada", &identity));
  CHECK(identity.last_listed == At(1'000));
  CHECK(identity.groups.at(0) == "Red");
  CHECK(second->users() == 1);
  const auto third = Take({User("bob")}, 3'000, second.get());
  REQUIRE(third->Find("ada", &identity));
  CHECK(identity.last_listed == At(1'000));
  const auto later = Take({User("bob")}, 1'000 + 86'400, third.get());
  CHECK_FALSE(later->Find("ada", &identity));
  // Back again.
  const auto back = Take({User("ada"), User("bob")}, 4'000, third.get());
  REQUIRE(back->Find("ada", &identity));
  CHECK_FALSE(identity.last_listed);
}

TEST_CASE("A picture comes out of the state as it went in, and what is the same is not written") {
  std::vector<ScimUser> users;
  for (int i = 0; i < 20'000; ++i) {
    users.push_back(User("user" + std::to_string(i) + "@corp.example", std::to_string(i % 50)));
  }
  const auto picture = Take(users, 1'000);
  REQUIRE(picture->blocks().size() > 5);
  MapState state;
  std::set<std::string> keys;
  const auto commits = SavePicture("acme", *picture, &keys);
  CHECK(commits.size() > 1);
  for (const auto& commit : commits) {
    std::size_t bytes = 0;
    for (const StateChange& change : commit) bytes += change.value ? change.value->size() : 0;
    CHECK(bytes <= std::size_t{1024} * 1024);  // a topic takes no larger messages by default
  }
  state.Apply(commits);
  auto loaded = LoadPicture("acme", state);
  REQUIRE(loaded);
  REQUIRE(loaded->picture);
  CHECK(loaded->keys == keys);
  CHECK(loaded->picture->facts().taken == At(1'000));
  Identity identity;
  for (const ScimUser& user : users) {
    REQUIRE(loaded->picture->Find(user.user_name, &identity));
    REQUIRE(identity.id == user.id);
  }
  CHECK_FALSE(LoadPicture("acm", state)->picture);

  const auto same = SavePicture("acme", *Take(users, 2'000), &keys);
  REQUIRE(same.size() == 1);
  CHECK(same[0].size() == 1);  // the head alone
  // A crash between two commits leaves the picture before.
  users.back().display_name = "another";
  users.front().display_name = "another";
  const auto next = SavePicture("acme", *Take(users, 3'000), &keys);
  state.Apply(next, next.size() - 1);
  CHECK(LoadPicture("acme", state)->picture->facts().taken == At(1'000));
}

TEST_CASE("What is damaged in the state is told, and is no picture") {
  const auto picture = Take({User("ada")}, 1'000);
  std::set<std::string> keys;
  MapState state;
  state.Apply(SavePicture("acme", *picture, &keys));
  for (auto& [key, value] : state.entries) {
    const std::string good = value;
    for (std::size_t i = 0; i < good.size(); i += 3) {
      value = good;
      value[i] = static_cast<char>(value[i] ^ 0x41);
      const auto loaded = LoadPicture("acme", state);
      REQUIRE(loaded);
      if (key.ends_with("head")) continue;  // another time is a time as well
      CHECK_FALSE(loaded->picture);
      CHECK_FALSE(loaded->damage.empty());
    }
    value = good;
  }
  CHECK(LoadPicture("acme", state)->picture);
}

TEST_CASE("Blocks of any bytes are read without harm") {
  const auto picture = Take({User("ada"), User("bob")}, 1'000);
  const std::string good = *picture->blocks().front();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      const auto restored = Picture::Restore({}, {std::make_shared<const std::string>(bad)});
      if (!restored) continue;
      Identity identity;
      (*restored)->ForEach([](std::string_view, const Identity&) {});
      (*restored)->Find("ada", &identity);
    }
    const auto cut = Picture::Restore({}, {std::make_shared<const std::string>(good.substr(0, i))});
    if (cut) (*cut)->ForEach([](std::string_view, const Identity&) {});
  }
}

TEST_CASE("A number that leads nowhere is damage") {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  const auto read = [](std::uint64_t department, std::uint64_t listed, std::uint64_t group) {
    std::string text(1, 'G');
    PutNumber(0, &text);
    PutText("g1", &text);
    PutText("Red", &text);
    std::string user(1, 'U');
    PutText("ada", &user);
    PutNumber(kUserGone, &user);
    PutText("u1", &user);
    PutText("Ada", &user);
    PutNumber(department, &user);
    PutNumber(0, &user);
    PutNumber(listed, &user);
    PutNumber(group, &user);
    std::string block;
    PutText(text, &block);
    PutText(user, &block);
    return Picture::Restore({}, {std::make_shared<const std::string>(block)});
  };
  CHECK(read(0, 1'000, 0));
  for (const std::uint64_t beyond : {std::uint64_t{1}, kMost - 1, kMost}) {
    CHECK_FALSE(read(beyond, 1'000, 0));
    CHECK_FALSE(read(0, 1'000, beyond));
  }
  for (const std::uint64_t beyond : {std::uint64_t{253'402'300'800}, kMost / 2, kMost}) {
    CHECK_FALSE(read(0, beyond, 0));
  }
  MapState state;
  std::set<std::string> keys;
  state.Apply(SavePicture("acme", *Take({User("ada")}, 1'000), &keys));
  std::string& head = state.entries["identity/acme/head"];
  head.replace(head.find("1000"), 4, "-9");
  CHECK_FALSE(LoadPicture("acme", state)->picture);
}

TEST_CASE("200,000 users in 2,000 groups take less than 64 MiB") {
  PictureBuilder builder({});
  for (int i = 0; i < 200'000; ++i) {
    const std::string number = std::to_string(i);
    ScimUser user{"8c7b9f6e-5d4c-4b3a-9281-0000" + std::string(8 - number.size(), '0') + number,
                  "first.last" + number + "@emea.corp.example",
                  "First Middle Last " + number,
                  "Department " + std::to_string(i % 300),
                  "City " + std::to_string(i % 120),
                  true,
                  {}};
    for (int g = 0; g < 20; ++g) {
      const std::string group = std::to_string((i * 7 + g * 101) % 2'000);
      user.groups.push_back({"7a6b5c4d-group-" + group, "Group number " + group});
    }
    builder.AddUser(user);
  }
  CHECK_FALSE(builder.full());
  const auto picture = builder.Finish({At(1), seconds(1), true}, 200'000, nullptr).picture;
  CHECK(picture->users() == 200'000);
  CHECK(picture->groups() == 2'000);
  WARN("200,000 users in 20 of 2,000 groups each: " << picture->bytes() / 1024 << " KiB");
  CHECK(picture->bytes() < std::size_t{64} * 1024 * 1024 / 2);  // two are held while one is taken
  Identity identity;
  REQUIRE(picture->Find("first.last199999@emea.corp.example", &identity));
  CHECK(identity.groups.size() == 20);
}

TEST_CASE("A directory says what is known, and how old it is") {
  Directory directory(seconds(3'600));
  const Page page = Page::Parse(R"([{"user":"Nobody","ur_normalized":"ADA@corp.example"}])");
  RowReader reader;
  const AuditEvent event = Normalize(reader.Read(page.rows().front()));
  const auto status = [&](std::int64_t now) {
    return directory.Look(event, At(now)).actor->status;
  };
  CHECK(status(0) == IdentityStatus::kNoPicture);
  CHECK_FALSE(directory.Look(event, At(0)).taken);
  directory.Show(Take({User("bob")}, 1'000));
  CHECK(status(1'000) == IdentityStatus::kMissing);
  directory.Show(Take({User("Ada@corp.example")}, 1'000));
  CHECK(status(1'000) == IdentityStatus::kFound);
  CHECK(directory.Look(event, At(1'000)).taken == At(1'000));
  CHECK(directory.FreshUntil() == At(1'000 + 7'201));
  CHECK(status(1'000 + 7'201) == IdentityStatus::kFound);
  CHECK(status(1'000 + 7'202) == IdentityStatus::kStale);
  CHECK(directory.Look(event, At(9'000)).actor->found());
  CHECK_FALSE(directory.Look(event, At(9'000)).subject);
}

}  // namespace
}  // namespace nsf
