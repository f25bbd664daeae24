// SPDX-License-Identifier: Apache-2.0
// Group, logs and keeper, put together.
#include "app/shared_state.h"

#include <algorithm>
#include <utility>

#include "adapters/kafka/kafka_commit_log.h"
#include "app/config/kafka_connections.h"
#include "app/placed_tenants.h"
#include "ports/record.h"

namespace nsf {
namespace {

// Beside the session: a rebalance and the reading of a state.
constexpr std::chrono::seconds kMargin{5};

std::set<std::string> TenantsOf(const KafkaStateConfig& config) {
  std::set<std::string> tenants;
  for (const KafkaStreamName& name : config.streams) tenants.insert(name.tenant);
  return tenants;
}

}  // namespace

SharedState::SharedState(const KafkaStateConfig& config, const Log& log)
    : config_(config), tenants_(TenantsOf(config)), log_(log) {}

SharedState::~SharedState() = default;

Result<std::unique_ptr<SharedState>> SharedState::Join(const KafkaStateConfig& config,
                                                       Random& random, const Log& log,
                                                       std::function<void()> changed) {
  std::unique_ptr<SharedState> state(new SharedState(config, log));
  const auto tell = [&log](std::string_view text) { log.Info("state: " + std::string(text)); };
  const auto warn = [&log](std::string_view text) { log.Warn("state: " + std::string(text)); };
  auto ownership = KafkaOwnership::Create(config, warn, changed);
  if (!ownership) return ownership.error();
  state->ownership_ = std::move(ownership).value();
  SlotLogs& logs = *state;
  state->keeper_ = std::make_unique<SlotKeeper>(
      *state->ownership_, logs, random, SlotKeeper::Hearers{std::move(changed), tell, warn});
  return state;
}

void SharedState::Configure(const KafkaStateConfig& config) {
  config_.streams = config.streams;
  ChangeLogin(config_.sink, config.sink);
  tenants_ = TenantsOf(config);
}

void SharedState::Step(const std::set<std::string>& running, MonotonicTime now) {
  keeper_->Step(tenants_, running, now);
}

bool SharedState::IsElsewhere(const std::string& tenant) const {
  const auto slot = keeper_->SlotOf(tenant);
  return keeper_->view().joined && slot && !keeper_->Holds(*slot);
}

bool SharedState::StaysElsewhere(const std::string& tenant, MonotonicTime now) const {
  return IsElsewhere(tenant) && now - keeper_->settled_since() > ownership_->session() + kMargin;
}

StatusOwnership SharedState::Status() const {
  StatusOwnership status;
  status.instance = ownership_->name();
  status.group = config_.topic;
  status.joined = keeper_->view().joined;
  status.slots_in_all = keeper_->view().slots;
  for (const auto& [slot, grant] : keeper_->view().grants) status.slots.push_back(slot);
  for (const std::string& tenant : tenants_) {
    status.tenants.push_back({tenant, keeper_->SlotOf(tenant), keeper_->MayRun(tenant)});
  }
  return status;
}

Result<std::unique_ptr<CommitLog>> SharedState::OpenSlot(std::int32_t slot) {
  KafkaStateConfig config = config_;  // the topics of its own tenants are looked up beforehand
  std::erase_if(config.streams, [this, slot](const KafkaStreamName& name) {
    return keeper_->SlotOf(name.tenant) != slot;
  });
  const auto warn = [this](std::string_view message) {
    log_.Warn("state: " + std::string(message));
  };
  // Tenants of ours are placed there.
  auto log = KafkaCommitLog::Create(std::move(config), slot, warn, true);
  if (!log) return log.error();
  return std::unique_ptr<CommitLog>(std::move(log).value());
}

Result<std::unique_ptr<CommitLog>> SharedState::OpenPlacements() {
  const auto warn = [this](std::string_view message) {
    log_.Warn("placements: " + std::string(message));
  };
  const auto placed = [this](const StateChange& change) { return PlacedTenant(config_, change); };
  auto log = KafkaCommitLog::Create(SlotsTopicOf(config_), 0, warn, false, placed);
  if (!log) return log.error();
  return std::unique_ptr<CommitLog>(std::move(log).value());
}

// Asked on any thread: of what does not change.
bool SharedState::Takes(const SinkBatch& batch) const {
  return batch.refusals.empty() ? batch.sink == config_.sink.name : config_.dead_letter.has_value();
}

}  // namespace nsf
