// SPDX-License-Identifier: Apache-2.0
// The state as a topic, shared with other instances: the group, the logs, and what of it is ours.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "adapters/kafka/kafka_ownership.h"
#include "adapters/kafka/kafka_settings.h"
#include "app/log.h"
#include "app/status/status_json.h"
#include "pipeline/slot/slot_keeper.h"
#include "ports/random.h"
#include "ports/slot_logs.h"
#include "ports/state_store.h"

namespace nsf {

// For one thread, but for store() and bytes().
class SharedState final : private SlotLogs {
 public:
  // Joins the group in the background. `random` and `log` outlive it; `changed` is called on any
  // thread: step it. Fails as KafkaOwnership::Create() does.
  static Result<std::unique_ptr<SharedState>> Join(const KafkaStateConfig& config, Random& random,
                                                   const Log& log, std::function<void()> changed);
  ~SharedState() override;
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;

  // Other tenants, with the same topic.
  void Configure(const KafkaStateConfig& config);
  const SlotKeeper& keeper() const { return *keeper_; }
  StateStore& store() { return keeper_->store(); }
  std::size_t bytes() const { return keeper_->bytes(); }

  // As SlotKeeper's, of all tenants that are configured.
  void Step(const std::set<std::string>& running, MonotonicTime now);

  // The group has given the tenant's slot to another instance.
  bool IsElsewhere(const std::string& tenant) const;
  // The same, and nothing has changed for so long that it will not any more.
  bool StaysElsewhere(const std::string& tenant, MonotonicTime now) const;
  StatusOwnership Status() const;

 private:
  SharedState(const KafkaStateConfig& config, const Log& log);

  Result<std::unique_ptr<CommitLog>> OpenSlot(std::int32_t slot) override;
  Result<std::unique_ptr<CommitLog>> OpenPlacements() override;
  bool Takes(const SinkBatch& batch) const override;

  KafkaStateConfig config_;  // but for its streams it does not change
  std::set<std::string> tenants_;
  const Log& log_;
  std::unique_ptr<KafkaOwnership> ownership_;
  std::unique_ptr<SlotKeeper> keeper_;  // before the group is left
};

}  // namespace nsf
