// SPDX-License-Identifier: Apache-2.0
// A state that is shared with other instances: streams begin when their slot is this instance's,
// and come to rest when it is to be another's. The others never notice.
#include <algorithm>
#include <chrono>
#include <utility>

#include "app/daemon.h"
#include "core/ownership/stream_step.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kLookAtOwnership{1};

}  // namespace

void Daemon::StepOwnership(const Now& now) {
  if (!shared_ || state_error_) return;
  const bool changed = ownership_changed_.exchange(false);
  if (!changed && !ownership_moves_ && now.monotonic < look_at_ownership_) return;
  std::set<std::string> running;
  for (const class EventStream* stream : loop_->streams())
    running.insert(stream->settings().tenant);
  shared_->Step(running, now.monotonic);
  state_error_ = shared_->keeper().error();
  if (state_error_) return log_.Error(state_error_->message);
  if (FellIntoTrouble(now, config_.state.sink, shared_->keeper().Trouble())) {
    telemetry_->Published(config_.state.sink, std::chrono::microseconds(0), "unavailable");
  }
  ownership_moves_ = false;
  for (const TenantConfig& tenant : config_.tenants) {
    const bool here = IsHere(tenant.name);
    if (!here) identities_->End(tenant.name);
    for (const std::string& stream : tenant.events) {
      StepStream(now, tenant, stream);
      ownership_moves_ |= here != loop_->Has(tenant.name, stream);
    }
  }
  StepResting();
  ownership_moves_ |= !resting_.empty() || !renewals_.empty();
  look_at_ownership_ = std::min(shared_->keeper().look_again(), now.monotonic + kLookAtOwnership);
  desk_.Own(shared_->Status());
}

void Daemon::StepStream(const Now& now, const TenantConfig& tenant, const std::string& stream) {
  const std::pair name(tenant.name, stream);
  if (resting_.contains(name) || renewals_.contains(name) || state_error_) return;
  StreamFacts facts;
  facts.here = IsHere(tenant.name);
  facts.there_is = loop_->Has(tenant.name, stream);
  switch (DecideStream(facts)) {
    case StreamAct::kBegin: {
      auto added = AddOwned(now, tenant, stream);
      if (!added && added.error().kind == ErrorKind::kRetry) return;  // its slot is read again
      if (!added) return log_.Error((state_error_ = added.error())->message);
      break;
    }
    case StreamAct::kRest:
      loop_->Park(tenant.name, stream);
      resting_.insert(name);
      break;
    case StreamAct::kRemove:  // StepResting() does
    case StreamAct::kNone:
      if (facts.there_is) break;
      board_.SetPlace(
          tenant.name, stream,
          shared_->IsElsewhere(tenant.name) ? StreamPlace::kElsewhere : StreamPlace::kAwaited);
      break;
  }
}

// They are asked for where the tenant's streams are, and from the first of them on.
Result<void> Daemon::BeginIdentities(const TenantConfig& tenant) {
  if (!shared_ || identities_->Asks(tenant.name)) return {};
  return identities_->Begin(tenant, *engine_);
}

Result<void> Daemon::AddOwned(const Now& now, const TenantConfig& tenant,
                              const std::string& stream) {
  if (auto begun = BeginIdentities(tenant); !begun) return begun;
  if (AwaitsPictures(now)) return {};
  auto added = AddStream(tenant, stream, &tenants_.at(tenant.name));
  if (added) board_.SetPlace(tenant.name, stream, StreamPlace::kHere);
  return added;
}

void Daemon::StepResting() {
  std::erase_if(resting_, [this](const auto& name) {
    const auto& [tenant, stream] = name;
    StreamFacts facts;
    facts.there_is = facts.resting = true;
    facts.rests = loop_->Parked(tenant, stream);
    if (DecideStream(facts) != StreamAct::kRemove) return false;
    destination_->Abandon(tenant, stream);
    loop_->Remove(tenant, stream);
    board_.SetPlace(tenant, stream, StreamPlace::kAwaited);
    log_.Write(LogLevel::kInfo, "rests: its slot is not this instance's", tenant, stream);
    return true;
  });
}

bool Daemon::IsHere(const std::string& tenant) const {
  return !shared_ || shared_->keeper().MayRun(tenant);
}

bool Daemon::AwaitsStreams(const Now& now) const {
  for (const TenantConfig& tenant : config_.tenants) {
    if (shared_ && shared_->StaysElsewhere(tenant.name, now.monotonic)) continue;
    for (const std::string& stream : tenant.events) {
      if (!loop_->Has(tenant.name, stream)) return true;
    }
  }
  return false;
}

}  // namespace nsf
