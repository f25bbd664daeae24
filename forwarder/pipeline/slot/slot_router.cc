// SPDX-License-Identifier: Apache-2.0
// From a key to a tenant, and from that to its slot.
#include "pipeline/slot/slot_router.h"

#include <iterator>
#include <utility>

#include "core/state/keys.h"
#include "ports/record.h"

namespace nsf {
namespace {

Error NotHere(const std::string& tenant) {
  return {ErrorKind::kRetry,
          "the state of tenant " + tenant + " is not owned by this instance any more"};
}

}  // namespace

void SlotRouter::Place(const Placements& placements) {
  const std::lock_guard lock(mutex_);
  placements_ = placements;
}

void SlotRouter::Put(std::int32_t slot, std::shared_ptr<OpenSlot> open) {
  const std::lock_guard lock(mutex_);
  open_[slot] = std::move(open);
}

void SlotRouter::Drop(std::int32_t slot) {
  std::shared_ptr<OpenSlot> gone;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  const auto at = open_.find(slot);
  if (at == open_.end()) return;
  gone = std::move(at->second);
  open_.erase(at);
}

std::shared_ptr<OpenSlot> SlotRouter::Of(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto placed = placements_.find(tenant);
  if (placed == placements_.end()) return nullptr;
  const auto open = open_.find(placed->second);
  return open == open_.end() ? nullptr : open->second;
}

std::vector<std::shared_ptr<OpenSlot>> SlotRouter::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<OpenSlot>> all;
  for (const auto& [slot, open] : open_) all.push_back(open);
  return all;
}

Result<std::vector<StateEntry>> SlotRouter::Scan(std::string_view prefix) const {
  if (const std::string tenant = TenantOfKey(prefix); !tenant.empty()) {
    const auto open = Of(tenant);
    return open ? open->slot().Scan(prefix) : NotHere(tenant);
  }
  std::vector<StateEntry> all;
  for (const auto& open : All()) {
    auto some = open->slot().Scan(prefix);
    if (!some) continue;  // it is being read
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

Result<std::vector<std::string>> SlotRouter::Keys(std::string_view prefix) const {
  const auto entries = Scan(prefix);
  if (!entries) return entries.error();
  std::vector<std::string> keys;
  for (const StateEntry& entry : *entries) keys.push_back(entry.key);
  return keys;
}

void SlotRouter::Commit(std::vector<StateChange> changes, Done done) {
  CommitWith({}, std::move(changes), std::move(done));
}

void SlotRouter::CommitWith(const std::vector<SinkBatch*>& batches,
                            std::vector<StateChange> changes, Done done) {
  CommitGathering(batches, std::move(changes), nullptr, std::move(done));
}

void SlotRouter::CommitGathering(const std::vector<SinkBatch*>& batches,
                                 std::vector<StateChange> changes, Gather gather, Done done) {
  std::string tenant = batches.empty() ? std::string() : batches.front()->tenant;
  if (tenant.empty() && !changes.empty()) tenant = TenantOfKey(changes.front().key);
  const auto open = Of(tenant);
  if (!open) return done(NotHere(tenant));
  open->slot().CommitGathering(batches, std::move(changes), std::move(gather), std::move(done));
}

void SlotRouter::Load(std::vector<std::string> prefixes, Loaded loaded) {
  const std::string tenant = prefixes.empty() ? std::string() : TenantOfKey(prefixes.front());
  if (tenant.empty()) return loaded(std::vector<StateEntry>());
  const auto open = Of(tenant);
  if (!open) return loaded(NotHere(tenant));
  open->slot().Load(std::move(prefixes), std::move(loaded));
}

std::size_t SlotRouter::bytes() const {
  std::size_t bytes = 0;
  for (const auto& open : All()) bytes += open->slot().bytes();
  return bytes;
}

}  // namespace nsf
