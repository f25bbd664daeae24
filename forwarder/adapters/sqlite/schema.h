// SPDX-License-Identifier: Apache-2.0
// What is in the state file: one table of keys and values, each row with a sum of its own, because
// SQLite would hand out a value whose bits the disk has turned.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/database.h"
#include "ports/state_store.h"

namespace nsf {

std::int64_t RowSum(std::string_view key, std::string_view value);

// Makes a new, empty state file that is complete from the moment it has its name.
Result<void> CreateState(const std::string& file);

// Is this a state of this program, in a version that it knows? kStop with the next step when not.
Result<void> CheckVersion(sqlite3* database, const std::string& file);

// Reads all of the file. kStop when any of it is damaged.
Result<void> CheckContent(sqlite3* database, const std::string& file);

// The rows whose key begins with `prefix`, by key, each checked against its sum.
Result<std::vector<StateEntry>> ReadRows(sqlite3* database, const std::string& file,
                                         std::string_view prefix);

// Puts one row, with its sum, as a part of the transaction under way.
Result<void> PutRow(sqlite3* database, const StateEntry& entry);

// The keys of those rows alone.
Result<std::vector<std::string>> ReadKeys(sqlite3* database, std::string_view prefix);

}  // namespace nsf
