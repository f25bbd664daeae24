// SPDX-License-Identifier: Apache-2.0
// A map that counts its bytes.
#include "pipeline/slot/log_content.h"

namespace nsf {

bool LogContent::Take(const LogPiece& piece, std::int64_t end) {
  for (const StateChange& change : piece.changes) Apply(change);
  return piece.end && *piece.end >= end;
}

void LogContent::Apply(const StateChange& change) {
  if (change.key == kMarkKey) {
    mark_ = change.value.value_or("");
    return;
  }
  if (change.key.starts_with(kPlacedPrefix)) return;
  const auto at = entries_.find(change.key);
  if (at != entries_.end()) bytes_ -= at->first.size() + at->second.size();
  if (change.value) {
    bytes_ += change.key.size() + change.value->size();
    entries_[change.key] = *change.value;
  } else if (at != entries_.end()) {
    entries_.erase(at);
  }
}

std::vector<StateEntry> LogContent::Scan(std::string_view prefix) const {
  std::vector<StateEntry> found;
  for (auto at = entries_.lower_bound(prefix); at != entries_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    found.push_back({at->first, at->second});
  }
  return found;
}

std::vector<std::string> LogContent::Keys(std::string_view prefix) const {
  std::vector<std::string> found;
  for (auto at = entries_.lower_bound(prefix); at != entries_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    found.push_back(at->first);
  }
  return found;
}

}  // namespace nsf
