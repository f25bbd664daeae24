// SPDX-License-Identifier: Apache-2.0
// A state directory of the test's own, and short words for what the tests do with a store.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/sqlite_reader.h"
#include "adapters/sqlite/sqlite_store.h"

namespace nsf::testing {

class StateDirectory {
 public:
  StateDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nsf-state-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = pattern;
  }
  ~StateDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;

  const std::string& root() const { return root_; }
  std::string path() const { return root_ + "/state"; }  // made by the store
  std::string file() const { return path() + "/state.db"; }

 private:
  std::string root_;
};

using Content = std::map<std::string, std::string>;

inline Result<void> Commit(SqliteStore& store, std::vector<StateChange> changes) {
  std::promise<Result<void>> promise;
  store.Commit(std::move(changes),
               [&promise](Result<void> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

inline Content ContentOf(const StateReader& reader, std::string_view prefix = "") {
  const auto entries = reader.Scan(prefix);
  if (!entries) FAIL(entries.error().message);
  Content content;
  for (const StateEntry& entry : *entries) content.emplace(entry.key, entry.value);
  return content;
}

inline std::unique_ptr<SqliteStore> OpenStore(const std::string& path) {
  auto store = SqliteStore::Open(path);
  if (!store) FAIL(store.error().message);
  return *std::move(store);
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace nsf::testing
