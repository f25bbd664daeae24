// SPDX-License-Identifier: Apache-2.0
// The state of all tenants that this instance owns, each in its slot, as one store: whoever commits
// for a tenant need not know where that is, nor whether it still is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/ownership/placement.h"
#include "pipeline/slot/open_slot.h"
#include "ports/state_store.h"

namespace nsf {

// Thread-safe.
class SlotRouter final : public StateStore {
 public:
  // As CommitLog::Takes(): the same for all slots, and known without one.
  using Judge = std::function<bool(const SinkBatch& batch)>;

  explicit SlotRouter(Judge takes) : takes_(std::move(takes)) {}

  void Place(const Placements& placements);
  void Put(std::int32_t slot, std::shared_ptr<OpenSlot> open);
  void Drop(std::int32_t slot);

  // These are of one tenant where the key, prefix or batch names one: kRetry while it is not owned
  // here. Where none is named, of all that is: what is left for an owner is nowhere.
  Result<std::vector<StateEntry>> Scan(std::string_view prefix) const override;
  Result<std::vector<std::string>> Keys(std::string_view prefix) const override;
  void Commit(std::vector<StateChange> changes, Done done) override;
  void Load(std::vector<std::string> prefixes, Loaded loaded) override;
  bool Takes(const SinkBatch& batch) const override { return takes_(batch); }
  void CommitWith(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                  Done done) override;
  void CommitGathering(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                       Gather gather, Done done) override;

  std::size_t bytes() const;

 private:
  std::shared_ptr<OpenSlot> Of(const std::string& tenant) const;
  std::vector<std::shared_ptr<OpenSlot>> All() const;

  const Judge takes_;
  mutable std::mutex mutex_;  // of what follows
  Placements placements_;
  std::map<std::int32_t, std::shared_ptr<OpenSlot>> open_;
};

}  // namespace nsf
