// SPDX-License-Identifier: Apache-2.0
// Pages of SCIM lists, and the walk over them.
#include <catch2/catch.hpp>
#include <string>

#include "core/identity/scim_page.h"
#include "core/identity/scim_walk.h"

namespace nsf {
namespace {

using Step = ScimWalk::Step;

std::string List(const std::string& resources, const std::string& total = "1") {
  return R"({"totalResults":)" + total + R"(,"startIndex":1,"Resources":[)" + resources + "]}";
}

TEST_CASE("A user is read from where the guide and the standard have it") {
  const ScimPage flat = ParseScimUsers(List(
      R"({"id":"u1","userName":"Ada@corp.example","name":{"givenName":"Ada","familyName":"M"},)"
      R"("status":"inactive","department":"IT","location":"Lagos","groups":["Red"]})"));
  REQUIRE(flat.status == ScimPageStatus::kList);
  REQUIRE(flat.users.size() == 1);
  CHECK(flat.users[0].display_name == "Ada M");
  CHECK(flat.users[0].active == false);
  CHECK(flat.users[0].department == "IT");
  CHECK(flat.users[0].location == "Lagos");
  CHECK(flat.users[0].groups.at(0).name == "Red");

  const ScimPage standard = ParseScimUsers(List(
      R"({"id":"u1","userName":"ada","displayName":"Ada","active":"True","addresses":)"
      R"([{"country":"FI"},{"primary":true,"locality":"Turku"}],"groups":[{"value":"g","display":)"
      R"("Red"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":)"
      R"({"department":"IT"}})",
      R"("7")"));
  CHECK(standard.total == 7);
  CHECK(standard.users[0].active == true);
  CHECK(standard.users[0].location == "Turku");
  CHECK(standard.users[0].department == "IT");
  CHECK(standard.users[0].groups.at(0).id == "g");
}

TEST_CASE("What is odd costs its resource and never the page") {
  const ScimPage page = ParseScimUsers(
      List(R"(null,7,{"id":"a"},{"userName":null},{"userName":"ok","groups":{},"active":3})", "5"));
  CHECK(page.status == ScimPageStatus::kList);
  CHECK(page.received == 5);
  REQUIRE(page.users.size() == 1);
  CHECK_FALSE(page.users[0].active);
  const std::string longest(10'000, 'x');
  const ScimPage large =
      ParseScimUsers(List(R"({"userName":"a","displayName":")" + longest + "\"}"));
  CHECK(large.users[0].display_name.size() == kMostIdentityText);
  CHECK(ParseScimUsers(std::string(100'000, '[')).status == ScimPageStatus::kMalformed);
  CHECK(ParseScimUsers("").status == ScimPageStatus::kMalformed);
  const ScimPage error = ParseScimUsers(R"({"status":"403","detail":"no"})");
  CHECK(error.status == ScimPageStatus::kNoList);
  CHECK(error.message == "no");
  CHECK(ParseScimUsers(R"({"totalResults":0})").status == ScimPageStatus::kList);
  CHECK(ParseScimGroups(List(R"({"id":"g","displayName":"Red"})")).groups.at(0).name == "Red");
}

TEST_CASE("A walk goes on to the total, whatever a page holds") {
  ScimWalk walk;
  CHECK(walk.start_index() == 1);
  CHECK(walk.count() == 1000);
  CHECK(walk.Take(1000, 2100, "a") == Step::kMore);
  CHECK(walk.start_index() == 1001);
  CHECK(walk.Take(100, 2100, "b") == Step::kMore);  // the server gives fewer than asked for
  CHECK(walk.Take(1000, 2100, "c") == Step::kEnded);
  CHECK_FALSE(walk.moved());
}

TEST_CASE("A walk without totals ends with a short page") {
  ScimWalk walk;
  CHECK(walk.Take(1000, std::nullopt, "a") == Step::kMore);
  CHECK(walk.Take(999, std::nullopt, "b") == Step::kEnded);
  CHECK_FALSE(walk.moved());
}

TEST_CASE("A total that shrinks or grows, or that is not reached, is a list that moved") {
  ScimWalk shrinks;
  CHECK(shrinks.Take(1000, 3000, "a") == Step::kMore);
  CHECK(shrinks.Take(1000, 2000, "b") == Step::kEnded);
  CHECK(shrinks.moved());
  ScimWalk ends;
  CHECK(ends.Take(1000, 3000, "a") == Step::kMore);
  CHECK(ends.Take(0, 3000, "") == Step::kEnded);
  CHECK(ends.moved());
}

TEST_CASE("A list that claims, shows or repeats too much is given up") {
  ScimWalk claims;
  CHECK(claims.Take(1, 10'000'000, "a") == Step::kTooMany);
  ScimWalk repeats;
  CHECK(repeats.Take(1000, 5000, "a") == Step::kMore);
  CHECK(repeats.Take(1000, 5000, "a") == Step::kStuck);
  ScimWalk shows;
  Step step = Step::kMore;
  int pages = 0;
  while (step == Step::kMore) {
    step = shows.Take(1000, std::nullopt, std::to_string(pages++));
    REQUIRE(pages <= 1001);
  }
  CHECK(step == Step::kTooMany);
}

TEST_CASE("A page that is too large is halved down to one resource") {
  ScimWalk walk;
  int halved = 0;
  while (walk.Shrink()) ++halved;
  CHECK(walk.count() == 1);
  CHECK(halved == 9);
}

}  // namespace
}  // namespace nsf
