// SPDX-License-Identifier: Apache-2.0
// What another process leaves in the state for its owner: SQLite's own locks let both write the
// same file; the lock of the directory says who owns it, no more. Only the entries that the owner
// looks for may be written, so that nobody but the owner ever moves a cursor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/state_store.h"

namespace nsf {

class SqliteInbox {
 public:
  // Entries whose keys begin with `prefix` alone may be put. Fails with kStop when there is no
  // state, when it is damaged or newer than this program, or when this user may not write it.
  static Result<std::unique_ptr<SqliteInbox>> Open(const std::string& directory,
                                                   std::string prefix);
  ~SqliteInbox();
  SqliteInbox(const SqliteInbox&) = delete;
  SqliteInbox& operator=(const SqliteInbox&) = delete;

  // Puts all of `entries`, durably, or none. Blocks, also while the owner commits: a few seconds at
  // most, then kRetry.
  Result<void> Put(const std::vector<StateEntry>& entries);

 private:
  struct Impl;
  explicit SqliteInbox(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace nsf
