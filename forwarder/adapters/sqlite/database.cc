// SPDX-License-Identifier: Apache-2.0
// SQLite's handles and errors: see the header.
#include "adapters/sqlite/database.h"

#include <utility>

namespace nsf {
namespace {

// Readers and checkpoints hold locks for milliseconds.
constexpr int kBusyTimeoutMs = 5'000;

Error Describe(int code, const std::string& file, const std::string& text) {
  const std::string what = "the state file " + file;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // our own SQL is right: the schema it meets is not
      return Damaged(file, text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::kRetry, what + " is busy; it is tried again"};
    case SQLITE_FULL:
      return {ErrorKind::kRetry, "no space is left for " + what + "; free some on its file system"};
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return {ErrorKind::kRetry,
              what + " cannot be read or written (" + text + "); check its disk and file system"};
    default:
      return {ErrorKind::kStop, what + " cannot be used (" + text +
                                    "); make it and its directory readable and writable for this "
                                    "program's user"};
  }
}

}  // namespace

std::string StateFile(const std::string& directory) { return directory + "/state.db"; }
std::string WalFile(const std::string& file) { return file + "-wal"; }

Error Damaged(const std::string& file, const std::string& how) {
  return {ErrorKind::kStop,
          "the state file " + file + " is damaged (" + how +
              "); restore it from a backup, or move it away together with its -wal and -shm files: "
              "each stream then begins again at its `start`"};
}

Error LastError(sqlite3* database) {
  const char* name = sqlite3_db_filename(database, "main");
  return Describe(sqlite3_extended_errcode(database), name == nullptr ? "" : name,
                  sqlite3_errmsg(database));
}

Result<Database> OpenDatabase(const std::string& file, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) {
    return Describe(raw == nullptr ? code : sqlite3_extended_errcode(raw), file,
                    raw == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(raw));
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  // The file may have been damaged, or made by somebody else: check cells, run no code of it. This
  // does not touch the file yet.
  Result<void> careful = Execute(raw, "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF");
  if (!careful) return std::move(careful).error();
  return database;
}

Result<void> Execute(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError(database);
  }
  return {};
}

Result<Statement> Prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(database, sql, -1, &raw, nullptr);
  Statement statement(raw);
  if (code != SQLITE_OK) return LastError(database);
  return statement;
}

Result<std::string> QueryText(sqlite3* database, const char* sql) {
  Result<Statement> statement = Prepare(database, sql);
  if (!statement) return std::move(statement).error();
  const int code = sqlite3_step(statement->get());
  if (code == SQLITE_DONE) return std::string();
  if (code != SQLITE_ROW) return LastError(database);
  const void* text = sqlite3_column_blob(statement->get(), 0);
  const int size = sqlite3_column_bytes(statement->get(), 0);
  return text == nullptr ? std::string()
                         : std::string(static_cast<const char*>(text), static_cast<size_t>(size));
}

}  // namespace nsf
