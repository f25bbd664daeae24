// SPDX-License-Identifier: Apache-2.0
// A map, and the time that it takes.
#include "simulation/simulated_store.h"

#include <algorithm>
#include <memory>

namespace nsf::simulation {

SimulatedStore::SimulatedStore(const StoreScenario& scenario, std::uint64_t seed,
                               Timeline& timeline, Committed committed)
    : scenario_(scenario), dice_(seed), timeline_(timeline), committed_(std::move(committed)) {}

std::chrono::nanoseconds SimulatedStore::Turn() {
  free_at_ = std::max(free_at_, timeline_.now()) + scenario_.latency.Draw(&dice_);
  return free_at_ - timeline_.now();
}

bool SimulatedStore::IsFull() const {
  const auto elapsed = std::chrono::floor<milliseconds>(timeline_.now() - kBegin);
  return std::any_of(scenario_.full.begin(), scenario_.full.end(),
                     [elapsed](const Span& span) { return span.Contains(elapsed); });
}

bool SimulatedStore::Fails() { return dice_.Permille(scenario_.fails); }

void SimulatedStore::Commit(std::vector<StateChange> changes, Done done) {
  const auto shared = std::make_shared<std::vector<StateChange>>(std::move(changes));
  timeline_.After(Turn(), [this, shared, done = std::move(done)] {
    const bool failed = IsFull() || Fails();
    if (!failed) Apply(*shared);
    timeline_.After(scenario_.latency.Draw(&dice_), [failed, done] {
      if (failed) return done(Error{ErrorKind::kRetry, "the disk is full"});
      done({});
    });
  });
}

void SimulatedStore::Apply(const std::vector<StateChange>& changes) {
  for (const StateChange& change : changes) {
    if (change.value) {
      entries_[change.key] = *change.value;
    } else {
      entries_.erase(change.key);
    }
  }
  committed_(changes);
}

void SimulatedStore::Load(std::vector<std::string> prefixes, Loaded loaded) {
  timeline_.After(Turn(), [this, prefixes = std::move(prefixes), loaded = std::move(loaded)] {
    if (Fails()) return loaded(Error{ErrorKind::kRetry, "the store is busy"});
    std::vector<StateEntry> found;
    for (const std::string& prefix : prefixes) {
      const auto some = Scan(prefix);
      found.insert(found.end(), some->begin(), some->end());
    }
    loaded(std::move(found));
  });
}

Result<std::vector<StateEntry>> SimulatedStore::Scan(std::string_view prefix) const {
  std::vector<StateEntry> found;
  for (auto at = entries_.lower_bound(prefix); at != entries_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    found.push_back({at->first, at->second});
  }
  return found;
}

Result<std::vector<std::string>> SimulatedStore::Keys(std::string_view prefix) const {
  std::vector<std::string> keys;
  const auto entries = Scan(prefix);
  for (const StateEntry& entry : *entries) keys.push_back(entry.key);
  return keys;
}

}  // namespace nsf::simulation
