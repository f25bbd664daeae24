// SPDX-License-Identifier: Apache-2.0
// What another process leaves for the owner, while the owner is at work.
#include <catch2/catch.hpp>
#include <thread>

#include "adapters/sqlite/owner_lock.h"
#include "adapters/sqlite/sqlite_inbox.h"
#include "contract/sqlite/state_directory.h"

namespace nsf::testing {
namespace {

std::unique_ptr<SqliteInbox> OpenInbox(const StateDirectory& directory) {
  auto inbox = SqliteInbox::Open(directory.path(), "job/");
  if (!inbox) FAIL(inbox.error().message);
  return *std::move(inbox);
}

TEST_CASE("the owner finds what was left beside it, and after it") {
  const StateDirectory directory;
  {
    const auto store = OpenStore(directory.path());
    REQUIRE(Commit(*store, {{"stream/a", "1"}}));
    const auto inbox = OpenInbox(directory);
    REQUIRE(inbox->Put({{"job/1", "do"}, {"job/2", std::string("\0\xff", 2)}}));
    CHECK(ContentOf(*store, "job/") ==
          Content{{"job/1", "do"}, {"job/2", std::string("\0\xff", 2)}});
    std::promise<Result<std::vector<StateEntry>>> loaded;
    store->Load({"job/"}, [&](auto entries) { loaded.set_value(std::move(entries)); });
    CHECK(loaded.get_future().get().value().size() == 2);
    REQUIRE(Commit(*store, {{"job/1", std::nullopt}, {"stream/a", "2"}}));
    REQUIRE(inbox->Put({{"job/2", "again"}}));
  }
  REQUIRE(OpenInbox(directory)->Put({{"job/3", "later"}}));  // no owner
  const auto store = OpenStore(directory.path());            // each row is checked against its sum
  CHECK(ContentOf(*store) == Content{{"job/2", "again"}, {"job/3", "later"}, {"stream/a", "2"}});
}

TEST_CASE("nothing else is written beside the owner") {
  const StateDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto put = OpenInbox(directory)->Put({{"job/1", "x"}, {"stream/acme/audit/cursor", "x"}});
  REQUIRE_FALSE(put);
  CHECK(put.error().message.find("stream/acme/audit/cursor") != std::string::npos);
  CHECK(ContentOf(*store).empty());
}

TEST_CASE("both write at the same time") {
  const StateDirectory directory;
  const auto store = OpenStore(directory.path());
  constexpr int kEach = 100;
  std::thread beside([&directory] {
    const auto inbox = OpenInbox(directory);
    for (int i = 0; i < kEach; ++i) REQUIRE(inbox->Put({{"job/" + std::to_string(i), "x"}}));
  });
  for (int i = 0; i < kEach; ++i) {
    REQUIRE(Commit(*store, {{"stream/" + std::to_string(i), "x"}}));
  }
  beside.join();
  CHECK(ContentOf(*store).size() == 2UL * kEach);
}

TEST_CASE("without a state there is nothing to leave it in") {
  const StateDirectory directory;
  const auto inbox = SqliteInbox::Open(directory.path(), "job/");
  REQUIRE_FALSE(inbox);
  CHECK(inbox.error().kind == ErrorKind::kStop);
  CHECK(inbox.error().message.find(directory.file()) != std::string::npos);
}

TEST_CASE("who owns a state can be asked by anybody") {
  const StateDirectory directory;
  CHECK(OwnerOf(directory.path()).empty());
  {
    const auto store = OpenStore(directory.path());
    CHECK(OwnerOf(directory.path()).find("pid ") == 0);
  }
  CHECK(OwnerOf(directory.path()).empty());
  CHECK(SqliteStore::Open(directory.path()));
}

}  // namespace
}  // namespace nsf::testing
