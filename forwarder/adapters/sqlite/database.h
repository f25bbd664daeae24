// SPDX-License-Identifier: Apache-2.0
// SQLite's C handles with an owner each, and its result codes as errors that say what to do.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "ports/result.h"

namespace nsf {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// The files of a state directory.
std::string StateFile(const std::string& directory);  // state.db
std::string WalFile(const std::string& file);         // beside it while it is in use

// For one thread at a time. `flags` are sqlite3_open_v2's.
Result<Database> OpenDatabase(const std::string& file, int flags);
Result<void> Execute(sqlite3* database, const char* sql);
Result<Statement> Prepare(sqlite3* database, const char* sql);
// The first column of the first row, as text; empty when there is none.
Result<std::string> QueryText(sqlite3* database, const char* sql);

// The database's last error.
Error LastError(sqlite3* database);
// What is damaged, and what to do about it.
Error Damaged(const std::string& file, const std::string& how);

}  // namespace nsf
