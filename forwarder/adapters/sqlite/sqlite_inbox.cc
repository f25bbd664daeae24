// SPDX-License-Identifier: Apache-2.0
// Writing beside the owner: see the header.
#include "adapters/sqlite/sqlite_inbox.h"

#include <sys/stat.h>

#include <utility>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/schema.h"

namespace nsf {

struct SqliteInbox::Impl {
  std::string prefix;
  Database database;
};

SqliteInbox::SqliteInbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteInbox::~SqliteInbox() = default;

Result<std::unique_ptr<SqliteInbox>> SqliteInbox::Open(const std::string& directory,
                                                       std::string prefix) {
  const std::string file = StateFile(directory);
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) {
    return Error{ErrorKind::kStop, "there is no state file " + file +
                                       "; check state.path, or start the program once"};
  }
  Result<Database> database = OpenDatabase(file, SQLITE_OPEN_READWRITE);
  if (!database) return std::move(database).error();
  if (Result<void> known = CheckVersion(database->get(), file); !known) {
    return std::move(known).error();
  }
  if (Result<void> durable = Execute(database->get(), "PRAGMA synchronous = FULL"); !durable) {
    return std::move(durable).error();
  }
  auto impl = std::make_unique<Impl>(Impl{std::move(prefix), *std::move(database)});
  return std::unique_ptr<SqliteInbox>(new SqliteInbox(std::move(impl)));
}

Result<void> SqliteInbox::Put(const std::vector<StateEntry>& entries) {
  for (const StateEntry& entry : entries) {
    if (entry.key.starts_with(impl_->prefix)) continue;
    return Error{ErrorKind::kStop, "only the owner of the state writes " + entry.key};
  }
  sqlite3* database = impl_->database.get();
  Result<void> result = Execute(database, "BEGIN IMMEDIATE");
  for (const StateEntry& entry : entries) {
    if (result) result = PutRow(database, entry);
  }
  if (result) result = Execute(database, "COMMIT");
  if (!result && sqlite3_get_autocommit(database) == 0) {
    [[maybe_unused]] const Result<void> undone = Execute(database, "ROLLBACK");
  }
  return result;
}

}  // namespace nsf
