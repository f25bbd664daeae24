// SPDX-License-Identifier: Apache-2.0
// The table of the state: see the header.
#include "adapters/sqlite/schema.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace nsf {
namespace {

// Marks the file as ours (PRAGMA application_id): "NSKF".
constexpr const char* kApplicationId = "1314081606";
constexpr int kVersion = 1;
constexpr const char* kCreate =
    "PRAGMA journal_mode = WAL;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE kv (key TEXT PRIMARY KEY, value BLOB NOT NULL, sum INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "PRAGMA application_id = 1314081606;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

std::string ErrnoText() { return std::generic_category().message(errno); }

Error CannotWrite(const std::string& file) {
  return {ErrorKind::kStop, "cannot make the state file " + file + " (" + ErrnoText() +
                                "); make its directory writable for this program's user"};
}

// A name is on the disk only when its directory is.
bool SyncDirectoryOf(const std::string& file) {
  const std::string directory = std::filesystem::path(file).parent_path().string();
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

void RemoveWithCompanions(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    ::unlink((file + suffix).c_str());
  }
}

// The keys that begin with a prefix, as the bounds ?1 (included) and ?2 (not included).
class PrefixBounds {
 public:
  explicit PrefixBounds(std::string_view prefix) : first_(prefix), after_(prefix) {
    while (!after_.empty() && static_cast<unsigned char>(after_.back()) == UCHAR_MAX) {
      after_.pop_back();
    }
    if (!after_.empty()) after_.back() = static_cast<char>(after_.back() + 1);
  }

  // The statement reads the bounds while it runs: they outlive it.
  void BindTo(sqlite3_stmt* statement) const {
    sqlite3_bind_text(statement, 1, first_.data(), static_cast<int>(first_.size()), SQLITE_STATIC);
    if (after_.empty()) {
      sqlite3_bind_zeroblob(statement, 2, 0);  // greater than any text
    } else {
      const int size = static_cast<int>(after_.size());
      sqlite3_bind_text(statement, 2, after_.data(), size, SQLITE_STATIC);
    }
  }

 private:
  std::string first_;
  std::string after_;  // the smallest text greater than all with the prefix; empty: there is none
};

std::string_view Column(sqlite3_stmt* row, int column) {
  const void* data = sqlite3_column_blob(row, column);
  const int size = sqlite3_column_bytes(row, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool IsWhole(sqlite3_stmt* row) {
  return RowSum(Column(row, 0), Column(row, 1)) == sqlite3_column_int64(row, 2);
}

}  // namespace

std::int64_t RowSum(std::string_view key, std::string_view value) {
  const XXH64_hash_t seed = XXH3_64bits(key.data(), key.size());
  return static_cast<std::int64_t>(XXH3_64bits_withSeed(value.data(), value.size(), seed));
}

Result<void> CreateState(const std::string& file) {
  const std::string fresh = file + ".new";
  RemoveWithCompanions(fresh);
  // Made here, because SQLite would make it readable for others; its companions follow its mode.
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return CannotWrite(fresh);
  ::close(fd);
  {
    Result<Database> database = OpenDatabase(fresh, SQLITE_OPEN_READWRITE);
    if (!database) return std::move(database).error();
    if (Result<void> made = Execute(database->get(), kCreate); !made) return made;
  }
  // Left by a file that was moved away without them, they would be replayed into the new one.
  RemoveWithCompanions(file);
  if (::rename(fresh.c_str(), file.c_str()) != 0 || !SyncDirectoryOf(file)) {
    return CannotWrite(file);
  }
  return {};
}

Result<void> CheckVersion(sqlite3* database, const std::string& file) {
  const Result<std::string> id = QueryText(database, "PRAGMA application_id");
  if (!id) return id.error();
  if (*id != kApplicationId) {
    return Damaged(file, "it is not a state file of this program");
  }
  const Result<std::string> version = QueryText(database, "PRAGMA user_version");
  if (!version) return version.error();
  if (*version == std::to_string(kVersion)) return {};
  return Error{ErrorKind::kStop, "the state file " + file + " has version " + *version +
                                     ", this program reads version " + std::to_string(kVersion) +
                                     "; run the program that wrote it, or a newer one"};
}

Result<void> CheckContent(sqlite3* database, const std::string& file) {
  const Result<std::string> check = QueryText(database, "PRAGMA quick_check(1)");
  if (!check) return check.error();
  if (*check != "ok") return Damaged(file, *check);
  Result<Statement> rows = Prepare(database, "SELECT key, value, sum FROM kv");
  if (!rows) return std::move(rows).error();
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(rows->get())) == SQLITE_ROW) {
    if (!IsWhole(rows->get())) return Damaged(file, "an entry does not match its sum");
  }
  if (code != SQLITE_DONE) return LastError(database);
  return {};
}

Result<std::vector<StateEntry>> ReadRows(sqlite3* database, const std::string& file,
                                         std::string_view prefix) {
  const PrefixBounds bounds(prefix);
  Result<Statement> rows = Prepare(
      database, "SELECT key, value, sum FROM kv WHERE key >= ?1 AND key < ?2 ORDER BY key");
  if (!rows) return std::move(rows).error();
  sqlite3_stmt* row = rows->get();
  bounds.BindTo(row);
  std::vector<StateEntry> entries;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(row)) == SQLITE_ROW) {
    if (!IsWhole(row)) return Damaged(file, "an entry does not match its sum");
    entries.push_back({std::string(Column(row, 0)), std::string(Column(row, 1))});
  }
  if (code != SQLITE_DONE) return LastError(database);
  return entries;
}

Result<void> PutRow(sqlite3* database, const StateEntry& entry) {
  Result<Statement> put =
      Prepare(database, "INSERT OR REPLACE INTO kv (key, value, sum) VALUES (?1, ?2, ?3)");
  if (!put) return std::move(put).error();
  sqlite3_stmt* row = put->get();
  const auto key_size = static_cast<int>(entry.key.size());
  const auto value_size = static_cast<int>(entry.value.size());
  sqlite3_bind_text(row, 1, entry.key.data(), key_size, SQLITE_STATIC);
  sqlite3_bind_blob(row, 2, entry.value.data(), value_size, SQLITE_STATIC);
  sqlite3_bind_int64(row, 3, RowSum(entry.key, entry.value));
  if (sqlite3_step(row) != SQLITE_DONE) return LastError(database);
  return {};
}

Result<std::vector<std::string>> ReadKeys(sqlite3* database, std::string_view prefix) {
  const PrefixBounds bounds(prefix);
  Result<Statement> rows =
      Prepare(database, "SELECT key FROM kv WHERE key >= ?1 AND key < ?2 ORDER BY key");
  if (!rows) return std::move(rows).error();
  sqlite3_stmt* row = rows->get();
  bounds.BindTo(row);
  std::vector<std::string> keys;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(row)) == SQLITE_ROW) keys.emplace_back(Column(row, 0));
  if (code != SQLITE_DONE) return LastError(database);
  return keys;
}

}  // namespace nsf
