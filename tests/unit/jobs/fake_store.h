// SPDX-License-Identifier: Apache-2.0
// A state in memory whose reports the test releases one by one.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ports/state_store.h"

namespace nsf::test {

class FakeStore : public StateStore {
 public:
  std::map<std::string, std::string> content;
  bool failing = false;  // commits

  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override {
    std::vector<StateEntry> entries;
    for (const auto& [key, value] : content) {
      if (key.starts_with(prefix)) entries.push_back({key, value});
    }
    return entries;
  }
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override {
    std::vector<std::string> keys;
    for (const auto& [key, value] : content) {
      if (key.starts_with(prefix)) keys.push_back(key);
    }
    return keys;
  }
  void Commit(std::vector<StateChange> changes, Done done) override {
    if (!failing) {
      for (const StateChange& change : changes) {
        content.erase(change.key);
        if (change.value) content[change.key] = *change.value;
      }
    }
    const Result<void> result =
        failing ? Result<void>(Error{ErrorKind::kRetry, "no space"}) : Result<void>();
    reports.push_back([done = std::move(done), result] { done(result); });
  }
  // What is read is the content of now, however late it is reported.
  void Load(std::vector<std::string> prefixes, Loaded loaded) override {
    reports.push_back(
        [loaded = std::move(loaded), entries = Scan(prefixes.front())] { loaded(entries); });
  }

  std::vector<std::function<void()>> reports;
  void Report() {
    for (const auto& report : std::exchange(reports, {})) report();
  }
};

}  // namespace nsf::test
