// SPDX-License-Identifier: Apache-2.0
// Crashes, full disks and damaged files: what was committed is there, or it is said that it is not.
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "contract/sqlite/state_directory.h"

namespace nsf::testing {
namespace {

// A child process that runs `body` and is killed wherever it then is; `body` writes to the pipe.
template <typename Body>
std::string OutputOfKilled(Body body, std::size_t enough) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    body(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string output;
  char c = 0;
  while (output.size() < enough && ::read(ends[0], &c, 1) == 1) output += c;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &c, 1) == 1) output += c;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return output;
}

TEST_CASE("what was said to be durable survives kill -9, and half a commit never does") {
  const auto enough = GENERATE(1U, 7U, 40U, 133U);
  const StateDirectory directory;
  const std::string acknowledged = OutputOfKilled(
      [&](int out) {
        const auto store = SqliteStore::Open(directory.path());
        if (!store) return;
        for (int i = 1;; ++i) {
          const std::string value = std::to_string(i);
          // Several under way at once, so that groups are cut too.
          for (const std::string prefix : {"x/", "y/"}) {
            (*store)->Commit(
                {{prefix + "a", value},
                 {prefix + "b", value},
                 {std::string(prefix).append("c/").append(value), std::string(5000, 'c')}},
                [](const Result<void>&) {});
          }
          if (!Commit(**store, {{"a", value}, {"b", value}})) return;
          if (::write(out, "+", 1) != 1) return;
        }
      },
      enough);
  REQUIRE(acknowledged.size() >= enough);
  // First a reader beside nobody, then the next owner.
  const auto reader = SqliteReader::Open(directory.path());
  REQUIRE(reader);
  const Content read = ContentOf(**reader);
  const auto store = OpenStore(directory.path());
  const Content content = ContentOf(*store);
  CHECK(read == content);
  CHECK(std::stoul(content.at("a")) >= acknowledged.size());
  for (const std::string key : {"", "x/", "y/"}) {
    CHECK(content.at(key + "a") == content.at(key + "b"));
  }
  for (const std::string key : {"x/", "y/"}) {
    CHECK(ContentOf(*store, key + "c/").size() == std::stoul(content.at(key + "a")));
  }
}

TEST_CASE("the lock of a process that was killed is free") {
  const StateDirectory directory;
  OutputOfKilled(
      [&](int out) {
        const auto store = SqliteStore::Open(directory.path());
        if (store && ::write(out, "+", 1) == 1) ::pause();
      },
      1);
  CHECK(SqliteStore::Open(directory.path()));
}

TEST_CASE("on a full disk nothing is kept and nothing is lost, and then it goes on") {
  const StateDirectory directory;
  // A limit of the size of files stands for the disk; it is the process's own, so in a child.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = SqliteStore::Open(directory.path());
    if (!store || !Commit(**store, {{"a", "1"}})) ::_exit(2);
    struct rlimit limit = {};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const struct rlimit full = {1 << 20, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    const std::vector<StateChange> large{{"a", "2"}, {"big", std::string(4 << 20, 'x')}};
    const Result<void> failed = Commit(**store, large);
    if (failed || failed.error().kind != ErrorKind::kRetry) ::_exit(3);
    if (failed.error().message.find("state.db") == std::string::npos) ::_exit(4);
    const auto between = (*store)->Scan("");
    if (!between || between->size() != 1 || (*between)[0].value != "1") ::_exit(5);
    if (!Commit(**store, {{"b", "small"}})) ::_exit(6);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (!Commit(**store, large)) ::_exit(7);
    store = SqliteStore::Open(directory.root() + "/other");  // closes the first
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const Content content = ContentOf(*OpenStore(directory.path()));
  CHECK(content.size() == 3);
  CHECK(content.at("a") == "2");
}

void Execute(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(database);
  REQUIRE(code == SQLITE_OK);
}

TEST_CASE("a file of another version or kind is left alone") {
  const auto [sql, word] = GENERATE(
      table<std::string, std::string>({{"PRAGMA user_version = 2", "version 2"},
                                       {"PRAGMA user_version = 0", "version 0"},
                                       {"PRAGMA application_id = 7", "not a state file"},
                                       {"DROP TABLE kv", "no such table"},
                                       {"UPDATE kv SET value = 'b'", "sum"},
                                       {"UPDATE kv SET key = 'b'", "sum"},
                                       {"ALTER TABLE kv RENAME COLUMN sum TO total", "damaged"}}));
  const StateDirectory directory;
  { REQUIRE(Commit(*OpenStore(directory.path()), {{"a", "1"}})); }
  Execute(directory.file(), sql);
  const std::string before = ReadFile(directory.file());
  const auto store = SqliteStore::Open(directory.path());
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::kStop);
  CHECK(store.error().message.find(word) != std::string::npos);
  CHECK(store.error().message.find(directory.file()) != std::string::npos);
  CHECK(ReadFile(directory.file()) == before);
  const auto reader = SqliteReader::Open(directory.path());
  CHECK_FALSE((reader && (*reader)->Scan("")));
}

TEST_CASE("a file that is no database, or part of one, is called damaged") {
  const StateDirectory directory;
  {
    const auto store = OpenStore(directory.path());
    for (int i = 0; i < 40; ++i) {
      REQUIRE(Commit(*store, {{"key/" + std::to_string(i), std::string(1000, 'v')}}));
    }
  }
  const std::string whole = ReadFile(directory.file());
  const std::vector<std::string> damaged{"",
                                         "x",
                                         std::string(8192, 'x'),
                                         whole.substr(0, 100),
                                         whole.substr(0, 4096),
                                         whole.substr(0, whole.size() / 2),
                                         whole.substr(0, whole.size() - 4096)};
  for (const std::string& bytes : damaged) {
    WriteFile(directory.file(), bytes);
    const auto store = SqliteStore::Open(directory.path());
    REQUIRE_FALSE(store);
    CHECK(store.error().kind == ErrorKind::kStop);
    CHECK(store.error().message.find(directory.file() + " is damaged") != std::string::npos);
    CHECK(store.error().message.find("restore it from a backup") != std::string::npos);
    CHECK(ReadFile(directory.file()) == bytes);
  }
}

TEST_CASE("no turned byte ever changes what is read: it is the same, or an error") {
  const StateDirectory directory;
  {
    const auto store = OpenStore(directory.path());
    std::vector<StateChange> changes;
    changes.reserve(31);
    for (int i = 0; i < 30; ++i) {
      changes.push_back({"stream/acme/audit/ids/" + std::to_string(i), std::string(90, 'i')});
    }
    changes.push_back({"stream/acme/audit/cursor", "1 open=1700000000 skip=25000"});
    REQUIRE(Commit(*store, changes));
    // Leaves free space in the pages, as in an old file.
    REQUIRE(Commit(*store, {{"stream/acme/audit/ids/7", std::nullopt}}));
  }
  const std::string whole = ReadFile(directory.file());
  const Content content = ContentOf(*OpenStore(directory.path()));
  int errors = 0;
  int same = 0;
  // The header is small and says most; of the rest a sample, each bit in turn.
  for (std::size_t at = 0; at < whole.size(); at += at < 128 ? 1 : 37) {
    for (const int turned : {1 << at % 8, 0xff}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ turned);
      WriteFile(directory.file(), bytes);
      const auto store = SqliteStore::Open(directory.path());
      if (!store) {
        ++errors;
        CHECK(store.error().kind != ErrorKind::kConfiguration);
        continue;
      }
      const auto entries = (*store)->Scan("");
      if (!entries) continue;
      Content read;
      for (const StateEntry& entry : *entries) read.emplace(entry.key, entry.value);
      INFO("byte " << at << " turned by " << turned);
      REQUIRE(read == content);
      ++same;
    }
  }
  CHECK(errors > 100);
  CHECK(same > 0);
}

TEST_CASE("a state moved away while it is in use stops its owner; the next one begins anew") {
  const StateDirectory directory;
  auto store = OpenStore(directory.path());
  REQUIRE(Commit(*store, {{"a", "1"}}));
  std::filesystem::rename(directory.file(), directory.file() + ".away");
  const Result<void> lost = Commit(*store, {{"a", "2"}});
  REQUIRE_FALSE(lost);
  CHECK(lost.error().kind == ErrorKind::kStop);
  store.reset();
  // The companions that stayed behind are not replayed into the new file.
  CHECK(ContentOf(*OpenStore(directory.path())).empty());
}

TEST_CASE("a start that was cut short while it made the file does not hinder the next") {
  const StateDirectory directory;
  std::filesystem::create_directories(directory.path());
  WriteFile(directory.file() + ".new", "half");
  WriteFile(directory.file() + ".new-wal", "half");
  WriteFile(directory.file() + "-wal", "left over");
  const auto store = OpenStore(directory.path());
  REQUIRE(Commit(*store, {{"a", "1"}}));
  CHECK(ContentOf(*store).size() == 1);
  CHECK_FALSE(std::filesystem::exists(directory.file() + ".new"));
}

}  // namespace
}  // namespace nsf::testing
