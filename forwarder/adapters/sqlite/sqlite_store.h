// SPDX-License-Identifier: Apache-2.0
// The state in a SQLite file, owned by one process: a lock file says who. Commits that wait at the
// same time become one transaction, so that many streams cost one sync of the disk.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ports/state_store.h"

namespace nsf {

class SqliteStore : public StateStore {
 public:
  // Owns `directory` (state.path; made with mode 0700 when absent) until destruction. Blocks while
  // the whole file is checked. Fails with kStop when another process owns it, or when it is
  // damaged, newer than this program, or cannot be written.
  static Result<std::unique_ptr<SqliteStore>> Open(const std::string& directory);
  // Commits what was handed over, then closes. No `done` is called after it.
  ~SqliteStore() override;

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override;
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override;
  // `done` may also be given kStop: the file was found to be damaged.
  void Commit(std::vector<StateChange> changes, Done done) override;
  void Load(std::vector<std::string> prefixes, Loaded loaded) override;

  // On the disk, as of now. Thread-safe.
  std::size_t bytes() const;

 private:
  class Impl;
  explicit SqliteStore(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace nsf
