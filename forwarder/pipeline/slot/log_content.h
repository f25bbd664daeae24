// SPDX-License-Identifier: Apache-2.0
// What a log holds, as it is read: the entries of the state, and the mark of the last commit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ports/commit_log.h"
#include "ports/state_store.h"

namespace nsf {

class LogContent {
 public:
  // The key under which each commit leaves a mark that no other has, so that one whose answer was
  // lost is found in the log, or is not. No entry of the state.
  static constexpr const char* kMarkKey = "slot/commit";

  // Keys that begin so say of a tenant that it was placed here, so that what holds nothing at all
  // has lost it. No entries of the state.
  static constexpr const char* kPlacedPrefix = "slot/placed/";

  // Takes a piece. Whether all is read that stood before `end` when that was asked for: an end that
  // is told earlier is only where somebody's transaction is open.
  bool Take(const LogPiece& piece, std::int64_t end);
  void Apply(const StateChange& change);

  std::vector<StateEntry> Scan(std::string_view prefix) const;
  std::vector<std::string> Keys(std::string_view prefix) const;
  const std::string& mark() const { return mark_; }
  // Of keys and values.
  std::size_t bytes() const { return bytes_; }

 private:
  std::map<std::string, std::string, std::less<>> entries_;
  std::string mark_;
  std::size_t bytes_ = 0;
};

}  // namespace nsf
