// SPDX-License-Identifier: Apache-2.0
// Equal rows without an id, over the pages of a second.
#include "core/ledger/equal_rows.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nsf {
namespace {

using std::chrono::seconds;

const Window kSecond{WallSeconds(seconds(1'760'000'000)), WallSeconds(seconds(1'760'000'001))};

// Walks pages of rows; returns what is held.
std::vector<std::string> WalkPages(const Window& window,
                                   const std::vector<std::vector<std::string>>& pages,
                                   EqualRows* rows) {
  rows->BeginWalk(window, /*from_begin=*/true);
  std::vector<std::string> held;
  for (const auto& page : pages) {
    DerivedIds of_page;
    for (const std::string& row : page) {
      rows->Note(row);
      auto id = rows->AcrossPages(row, of_page.Next(row));
      if (!id) continue;
      held.push_back(*id);
      rows->Hold(*std::move(id), row);
    }
  }
  return held;
}

TEST_CASE("equal rows of one page are told apart by it") {
  EqualRows rows;
  CHECK(WalkPages(kSecond, {{"a", "a", "b"}, {"c"}}, &rows).empty());
  CHECK_FALSE(rows.has_held());
}

TEST_CASE("equal rows of different pages wait for two walks that show the same") {
  EqualRows rows;
  const std::vector<std::vector<std::string>> pages = {{"a", "b"}, {"a", "a"}};
  DerivedIds all;
  const std::vector<std::string> ids = {all.Next("a"), all.Next("a"), all.Next("a")};
  for (int walk = 0; walk < 4; ++walk) {
    CHECK(WalkPages(kSecond, pages, &rows) == std::vector<std::string>{ids[1], ids[2]});
    CHECK(rows.Settles(/*nothing_moved=*/true) == (walk >= 2));
    CHECK(rows.Settles(/*nothing_moved=*/true) == (walk >= 2));  // asked again
  }
  // Rows stand elsewhere: it begins anew.
  WalkPages(kSecond, {{"b", "a"}, {"a", "a"}}, &rows);
  CHECK_FALSE(rows.Settles(true));
}

TEST_CASE("where rows were seen to change places, more walks must agree") {
  EqualRows rows;
  const std::vector<std::vector<std::string>> pages = {{"b", "a"}, {"a"}};
  WalkPages(kSecond, pages, &rows);
  CHECK_FALSE(rows.Settles(true));
  // Nothing is held, and the order is another all the same.
  CHECK(WalkPages(kSecond, {{"a", "a"}, {"b"}}, &rows).empty());
  CHECK_FALSE(rows.Settles(true));
  // It differs from the one before, as that did, and then agrees three times instead of two.
  for (int walk = 0; walk < 6; ++walk) {
    WalkPages(kSecond, pages, &rows);
    CHECK(rows.Settles(true) == (walk >= 4));
  }
}

TEST_CASE("where a row stands on two pages more walks have to agree; longer walks do not count") {
  EqualRows rows;
  const std::vector<std::vector<std::string>> pages = {{"a"}, {"a"}};
  for (int walk = 0; walk < 6; ++walk) {
    WalkPages(kSecond, pages, &rows);
    CHECK(rows.Settles(/*nothing_moved=*/false) == (walk >= 4));
  }
  CHECK(WalkPages({kSecond.start, kSecond.end + seconds(1)}, pages, &rows).empty());
  rows.BeginWalk(kSecond, /*from_begin=*/false);
  CHECK_FALSE(rows.AcrossPages("a", "another"));
}

TEST_CASE("what was seen of a second is forgotten with it") {
  EqualRows rows;
  const std::vector<std::vector<std::string>> pages = {{"a"}, {"a"}};
  for (int walk = 0; walk < 3; ++walk) {
    WalkPages(kSecond, pages, &rows);
    CHECK(rows.Settles(true) == (walk == 2));
  }
  CHECK(rows.TakeHeld().raw == "a");
  CHECK_FALSE(rows.has_held());
  rows.Forget(kSecond.end);
  WalkPages(kSecond, pages, &rows);
  CHECK_FALSE(rows.Settles(true));
}

}  // namespace
}  // namespace nsf
