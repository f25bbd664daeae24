// SPDX-License-Identifier: Apache-2.0
// Keys and values, their owner, and those who read beside it.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "contract/sqlite/state_directory.h"

namespace nsf::testing {
namespace {

unsigned ModeOf(const std::string& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

TEST_CASE("what is put is there after a reopening, what is deleted is not") {
  const StateDirectory directory;
  const std::string binary("\0\xff\xfe value\0", 9);
  {
    const auto store = OpenStore(directory.path());
    CHECK(ContentOf(*store).empty());
    REQUIRE(Commit(*store, {{"a", "1"}, {"b", binary}, {"c", ""}, {"d", "gone"}}));
    REQUIRE(Commit(*store, {{"a", "2"}, {"d", std::nullopt}, {"never", std::nullopt}}));
    REQUIRE(Commit(*store, {}));
    CHECK(ContentOf(*store) == Content{{"a", "2"}, {"b", binary}, {"c", ""}});
  }
  CHECK(ContentOf(*OpenStore(directory.path())) == Content{{"a", "2"}, {"b", binary}, {"c", ""}});
}

TEST_CASE("a scan gives the keys with the prefix, in order") {
  const StateDirectory directory;
  const auto store = OpenStore(directory.path());
  std::vector<StateChange> changes;
  for (const char* key :
       {"s/b", "s/a/2", "s/a/10", "s/a", "s/a\xff", "s", "t", "S/a", "%", "s/a%"}) {
    changes.push_back({key, "x"});
  }
  REQUIRE(Commit(*store, changes));
  const auto [prefix, expected] = GENERATE(table<std::string, std::vector<std::string>>(
      {{"s/a/", {"s/a/10", "s/a/2"}},
       {"s/a", {"s/a", "s/a%", "s/a/10", "s/a/2", "s/a\xff"}},
       {"s/a\xff", {"s/a\xff"}},
       {"%", {"%"}},
       {"\xff", {}},
       {"nothing", {}},
       {"", {"%", "S/a", "s", "s/a", "s/a%", "s/a/10", "s/a/2", "s/a\xff", "s/b", "t"}}}));
  const auto entries = store->Scan(prefix);
  REQUIRE(entries);
  std::vector<std::string> keys;
  for (const StateEntry& entry : *entries) keys.push_back(entry.key);
  CHECK(keys == expected);
}

TEST_CASE("the state is for its user alone") {
  const StateDirectory directory;
  const auto store = OpenStore(directory.path());
  REQUIRE(Commit(*store, {{"a", "1"}}));
  CHECK(ModeOf(directory.path()) == 0700);
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    INFO(entry.path());
    CHECK(ModeOf(entry.path()) == 0600);
  }
  CHECK(store->bytes() > 0);
}

TEST_CASE("commits of many threads are each atomic and none is lost") {
  const StateDirectory directory;
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 50;
  {
    const auto store = OpenStore(directory.path());
    std::vector<std::thread> threads;
    std::atomic<int> done = 0;
    threads.reserve(kThreads);
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        const std::string name = std::to_string(t);
        for (std::size_t i = 0; i < kEach; ++i) {
          store->Commit({{"cursor/" + name, std::to_string(i)},
                         {"chunk/" + name + "/" + std::to_string(i), "ids"}},
                        [&](const Result<void>& result) { done += result ? 1 : 0; });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }  // the store ends only when all is committed
  const auto store = OpenStore(directory.path());
  CHECK(ContentOf(*store, "chunk/").size() == kThreads * kEach);
  for (const auto& [key, value] : ContentOf(*store, "cursor/")) {
    CHECK(value == std::to_string(kEach - 1));
  }
}

TEST_CASE("a second owner is told who the first one is") {
  const StateDirectory directory;
  auto store = OpenStore(directory.path());
  const auto second = SqliteStore::Open(directory.path());
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::kStop);
  const std::string& message = second.error().message;
  CHECK(message.find("pid " + std::to_string(::getpid()) + " on ") != std::string::npos);
  CHECK(message.find("since 20") != std::string::npos);
  CHECK(message.find("state.path") != std::string::npos);
  store.reset();
  CHECK(SqliteStore::Open(directory.path()));
}

TEST_CASE("a reader sees each commit as soon as it is durable, and never half of one") {
  const StateDirectory directory;
  auto store = OpenStore(directory.path());
  auto reader = SqliteReader::Open(directory.path());
  REQUIRE(reader);
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::thread watching([&] {
    while (!stop) {
      const auto entries = (*reader)->Scan("");
      if (!entries || (entries->size() == 2 && (*entries)[0].value != (*entries)[1].value)) ++torn;
    }
  });
  for (int i = 0; i < 200; ++i) {
    const std::string value = std::to_string(i);
    REQUIRE(Commit(*store, {{"a", value}, {"b", value}}));
    CHECK(ContentOf(**reader) == Content{{"a", value}, {"b", value}});
  }
  stop = true;
  watching.join();
  CHECK(torn == 0);
  store.reset();  // a reader needs no owner
  CHECK(ContentOf(**reader).size() == 2);
}

TEST_CASE("without a state a reader says where it should be") {
  const StateDirectory directory;
  const auto reader = SqliteReader::Open(directory.path());
  REQUIRE_FALSE(reader);
  CHECK(reader.error().kind == ErrorKind::kStop);
  CHECK(reader.error().message.find(directory.file()) != std::string::npos);
}

// Runs `body` in a child process without root's rights; true when it returned true.
template <typename Body>
bool AsNobody(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65'534) != 0 || ::setuid(65'534) != 0)) ::_exit(2);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("a state that cannot be written can be read") {
  const StateDirectory directory;
  { REQUIRE(Commit(*OpenStore(directory.path()), {{"a", "1"}})); }
  ::chmod(directory.root().c_str(), 0755);
  ::chmod(directory.file().c_str(), 0444);
  ::chmod(directory.path().c_str(), 0555);
  CHECK(AsNobody([&] {
    const auto reader = SqliteReader::Open(directory.path());
    const auto entries = reader ? (*reader)->Scan("") : Result<std::vector<StateEntry>>(Error{});
    return entries && entries->size() == 1;
  }));
  CHECK(AsNobody([&] {
    const auto store = SqliteStore::Open(directory.path());
    return !store && store.error().kind == ErrorKind::kStop;
  }));
  ::chmod(directory.path().c_str(), 0755);
}

TEST_CASE("a directory that cannot be made or used is told with the next step") {
  const StateDirectory directory;
  const std::string path = directory.root() + GENERATE("/file", "/file/below");
  WriteFile(directory.root() + "/file", "x");
  const auto store = SqliteStore::Open(path);
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::kStop);
  CHECK(store.error().message.find("state") != std::string::npos);
}

}  // namespace
}  // namespace nsf::testing
