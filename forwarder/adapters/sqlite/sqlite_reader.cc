// SPDX-License-Identifier: Apache-2.0
// Reads beside an owner: see the header. Each scan has a connection of its own, so that nothing is
// held between two and a file that was replaced is followed.
#include "adapters/sqlite/sqlite_reader.h"

#include <sys/stat.h>

#include <string_view>
#include <utility>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/schema.h"

namespace nsf {
namespace {

// SQLite's name for a file that nobody can write: it then needs no lock and no companion.
std::string ImmutableUri(const std::string& file) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file) {
    if (std::string_view("?#%").find(c) == std::string_view::npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return uri + "?immutable=1";
}

bool HasContent(const std::string& file) {
  struct stat status = {};
  return ::stat(file.c_str(), &status) == 0 && status.st_size > 0;
}

Result<Database> Connect(const std::string& file) {
  Result<Database> database = OpenDatabase(file, SQLITE_OPEN_READONLY);
  if (!database) return database;
  if (Result<void> version = CheckVersion(database->get(), file); !version) {
    // A file system or directory that cannot be written, where the last owner ended in order: all
    // is in the one file. With a WAL left beside it that is not so, and the error stands.
    const int code = sqlite3_errcode(database->get()) & 0xff;
    const bool unwritable = code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
    if (!unwritable || HasContent(WalFile(file))) return std::move(version).error();
    database = OpenDatabase(ImmutableUri(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    if (!database) return database;
    version = CheckVersion(database->get(), file);
    if (!version) return std::move(version).error();
  }
  return database;
}

}  // namespace

struct SqliteReader::Impl {
  std::string file;
};

SqliteReader::SqliteReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteReader::~SqliteReader() = default;

Result<std::unique_ptr<SqliteReader>> SqliteReader::Open(const std::string& directory) {
  const std::string file = StateFile(directory);
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) {
    return Error{ErrorKind::kStop, "there is no state file " + file +
                                       "; check state.path, or start the program once"};
  }
  if (Result<Database> database = Connect(file); !database) return std::move(database).error();
  return std::unique_ptr<SqliteReader>(new SqliteReader(std::make_unique<Impl>(Impl{file})));
}

Result<std::vector<StateEntry>> SqliteReader::Scan(std::string_view prefix) const {
  Result<Database> database = Connect(impl_->file);
  if (!database) return std::move(database).error();
  return ReadRows(database->get(), impl_->file, prefix);
}

Result<std::vector<std::string>> SqliteReader::Keys(std::string_view prefix) const {
  Result<Database> database = Connect(impl_->file);
  if (!database) return std::move(database).error();
  return ReadKeys(database->get(), prefix);
}

}  // namespace nsf
