// SPDX-License-Identifier: Apache-2.0
// The state of SQLite read beside its owner, in this process or another, or when there is none; it
// never writes and never waits for a commit.
#pragma once

#include <memory>
#include <string>

#include "ports/state_store.h"

namespace nsf {

class SqliteReader : public StateReader {
 public:
  // `directory` is state.path. Fails with kStop when there is no state, or it is damaged or newer
  // than this program (which file, and what to do), kRetry when it is busy.
  static Result<std::unique_ptr<SqliteReader>> Open(const std::string& directory);
  ~SqliteReader() override;

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override;
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override;

 private:
  struct Impl;
  explicit SqliteReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace nsf
