// SPDX-License-Identifier: Apache-2.0
// SIGHUP: the configuration is read again, and what changed in it begins anew. All that can fail is
// built first; then streams that change are parked, and each is put in its place when nothing of it
// is under way any more. The others never notice.
#include <algorithm>
#include <utility>

#include "app/config/diagnostics.h"
#include "app/config/kafka_connections.h"
#include "app/daemon.h"
#include "app/reload/config_reader.h"
#include "app/tenant_parts.h"

namespace nsf {

// What a changed configuration needs, built before anything is touched.
struct Daemon::Renewed {
  std::map<std::string, std::unique_ptr<Sink>> sinks;
  std::map<std::string, Tenant> tenants;
};

void Daemon::ReadConfigAgain() {
  for (const auto& [name, sink] : sinks_) sink->Reopen();
  dead_letter_->Reopen();
  if (!options_.config_reader) return;
  const ConfigRead read = options_.config_reader->Read();
  for (const std::string& warning : read.warnings) log_.Warn(warning);
  if (!read.config) {
    for (const std::string& error : read.errors) log_.Error(error);
    const std::size_t more = read.errors.size() - 1;
    return RefuseConfig(read.errors.front() +
                        (more == 0 ? "" : " (and " + std::to_string(more) + " more)"));
  }
  if (!read.change.fixed.empty()) {
    return RefuseConfig("only a restart takes up another " + Joined(read.change.fixed) +
                        ": restart, or undo it and send SIGHUP again");
  }
  auto renewed = BuildRenewed(*read.config, read.change);
  if (!renewed) return RefuseConfig(renewed.error().message);
  options_.config_reader->TakeUp();
  TakeUp(*read.config, read.change, std::move(renewed).value());
}

void Daemon::RefuseConfig(const std::string& why) {
  const std::string text = "the configuration stays as it was: " + why;
  log_.Error(text);
  telemetry_->ConfigRead(false, clock_.Read().wall);
  desk_.ConfigRefused(text);
}

Result<Daemon::Renewed> Daemon::BuildRenewed(const Config& next, const ConfigChange& change) {
  Renewed renewed;
  for (const SinkConfig& config : next.sinks) {
    const auto& [added, changed, removed] = change.sinks;
    if (!added.contains(config.name) && !changed.contains(config.name)) continue;
    auto sink = BuildSink(config);
    if (!sink) return sink.error();
    renewed.sinks[config.name] = std::move(sink).value();
  }
  for (const TenantConfig& config : next.tenants) {
    const auto& [added, changed, removed] = change.tenants;
    if (!added.contains(config.name) && !changed.contains(config.name)) continue;
    if (auto built = BuildTenant(config, &renewed.tenants[config.name]); !built) {
      return built.error();
    }
  }
  return renewed;
}

void Daemon::TakeUp(const Config& next, const ConfigChange& change, Renewed renewed) {
  std::map<std::string, std::set<std::string>> streams_before;
  for (const TenantConfig& tenant : config_.tenants) {
    streams_before[tenant.name] = {tenant.events.begin(), tenant.events.end()};
  }
  config_ = next;
  if (shared_) shared_->Configure(KafkaStateSettings(config_));
  if (change.logins.contains(config_.dead_letter.sink)) {
    ChangeLogin(*dead_letter_connection_, DeadLetterKafkaSettings(config_));
  }
  ownership_changed_ = true;
  ShowConfiguration();
  // A batch under way at a sink that is replaced comes back undecided, and goes to the new one.
  for (auto& [name, sink] : renewed.sinks) {
    destination_->SetSink(name, sink.get());
    job_destination_->SetSink(name, sink.get());
    sinks_[name].swap(sink);
  }
  sinks_to_go_ = change.sinks.removed;
  for (auto& [name, parts] : renewed.tenants) {
    Tenant& now = tenants_[name];
    std::swap(now.token, parts.token);
    std::swap(now.client, parts.client);
    // What was sent within the last minute still counts.
    if (!now.budget) now.budget = std::move(parts.budget);
    if (parts.client) retired_.push_back(std::move(parts));
    TakeUpTenant(*FindTenant(name), streams_before[name]);
  }
  for (const std::string& name : change.tenants.removed) {
    identities_->End(name);
    for (const std::string& stream : streams_before[name]) renewals_.emplace(name, stream);
  }
  for (const auto& [tenant, stream] : renewals_) loop_->Park(tenant, stream);
  const auto count = [](const NamesChanged& names) {
    return std::to_string(names.added.size()) + " added, " + std::to_string(names.changed.size()) +
           " changed, " + std::to_string(names.removed.size()) + " removed";
  };
  log_.Info(change.empty() ? "the configuration was read again: nothing changed"
                           : "the configuration was read again: tenants: " + count(change.tenants) +
                                 "; sinks: " + count(change.sinks) +
                                 "; logins: " + std::to_string(change.logins.size()) + " changed");
}

// `streams_before`: those that run.
void Daemon::TakeUpTenant(const TenantConfig& tenant, std::set<std::string> streams_before) {
  Tenant& parts = tenants_.at(tenant.name);
  if (shared_) {
    identities_->End(tenant.name);  // they begin anew with its streams
  } else if (auto begun = identities_->Begin(tenant, *engine_); !begun) {
    log_.Write(LogLevel::kError, begun.error().message + "; start the program again", tenant.name,
               "identities");
  }
  parts.budget->Configure({tenant.requests_per_minute, tenant.burst});
  for (const std::string& stream : streams_before) renewals_.emplace(tenant.name, stream);
  for (const std::string& stream : tenant.events) {
    if (streams_before.contains(stream)) continue;
    Watch(tenant, stream);
    if (shared_) continue;  // it begins when its slot is ours
    if (auto added = AddStream(tenant, stream, &parts); !added) {
      log_.Write(LogLevel::kError, added.error().message + "; start the program again", tenant.name,
                 stream);
    }
  }
}

void Daemon::StepRenewals() {
  if (renewals_.empty() && sinks_to_go_.empty()) return;
  std::erase_if(renewals_, [this](const auto& name) {
    const auto& [tenant, stream] = name;
    if (!loop_->Parked(tenant, stream) || IsBeingReset(tenant, stream)) return false;
    const TenantConfig* config = FindTenant(tenant);
    const bool stays = config != nullptr && std::find(config->events.begin(), config->events.end(),
                                                      stream) != config->events.end();
    if (stays) {
      Watch(*config, stream);
      // One whose slot is not ours begins when that is, with what is configured then.
      if (!IsHere(tenant)) return true;
      return RenewStream(tenant, stream, "begins anew: its configuration changed");
    }
    destination_->Abandon(tenant, stream);
    loop_->Remove(tenant, stream);
    board_.Forget(tenant, stream);
    log_.Write(LogLevel::kInfo, "ends: it is not configured any more; its state stays", tenant,
               stream);
    return true;
  });
  if (renewals_.empty()) EndRenewals();
}

// Its entries are being replaced: what began anew from them now would begin from half of them.
bool Daemon::IsBeingReset(const std::string& tenant, const std::string& stream) const {
  const auto& jobs = jobs_->jobs();
  return std::any_of(jobs.begin(), jobs.end(), [&](const KnownJob& known) {
    return known.job.kind == JobKind::kStateReset && !known.progress.ended() &&
           known.job.tenant == tenant && known.job.stream == stream;
  });
}

// What no stream uses any more goes.
void Daemon::EndRenewals() {
  for (const std::string& name : std::exchange(sinks_to_go_, {})) {
    destination_->SetSink(name, nullptr);
    job_destination_->SetSink(name, nullptr);
    sinks_.erase(name);
    troubled_since_.erase(name);
    board_.NoteSink(name, std::nullopt);
  }
  for (auto tenant = tenants_.begin(); tenant != tenants_.end();) {
    if (FindTenant(tenant->first) != nullptr) {
      ++tenant;
      continue;
    }
    retired_.push_back(std::move(tenant->second));
    tenant = tenants_.erase(tenant);
  }
}

const TenantConfig* Daemon::FindTenant(const std::string& name) const {
  const auto found = std::find_if(config_.tenants.begin(), config_.tenants.end(),
                                  [&name](const TenantConfig& t) { return t.name == name; });
  return found == config_.tenants.end() ? nullptr : &*found;
}

}  // namespace nsf
