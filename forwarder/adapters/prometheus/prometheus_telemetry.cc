// SPDX-License-Identifier: Apache-2.0
// Telemetry as Prometheus metrics: see the header. One lock, held for copies only: a scrape makes
// its text from copies, so that no stream waits for a scraper.
#include "adapters/prometheus/prometheus_telemetry.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "adapters/prometheus/histograms.h"
#include "adapters/prometheus/identity_metrics.h"
#include "adapters/prometheus/metric_page.h"
#include "adapters/prometheus/process_metrics.h"
#include "adapters/prometheus/stream_metrics.h"

namespace nsf {
namespace {

using StreamKey = std::pair<std::string, std::string>;  // tenant, stream
using Seconds = std::chrono::duration<double>;

struct SinkHealth {
  std::optional<bool> up;  // the last publish decided every record
  std::uint64_t truncated = 0;
  std::uint64_t repaired = 0;
  // By reason; these exist from the start.
  std::map<std::string, std::uint64_t, std::less<>> errors{
      {"closed", 0}, {"configuration", 0}, {"stopped", 0}, {"unavailable", 0}, {"undecided", 0}};
};

// What a scrape is made of.
struct Latest {
  std::map<StreamKey, std::shared_ptr<const StreamSnapshot>> streams;
  std::map<std::string, BudgetSnapshot> budgets;       // by tenant
  std::map<std::string, IdentitySnapshot> identities;  // the same, where people are asked for
  std::map<std::string, SinkHealth> sinks;             // by name
  // By tenant, stream and sink.
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> replayed;
  std::uint64_t commit_errors = 0;
  bool config_is_good = true;
  std::optional<WallTime> config_read;  // the last good one
  Histograms requests{{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 180}};  // by tenant
  Histograms lateness{{60, 300, 900, 3600, 7200, 21'600, 43'200, 86'400, 172'800}};
  Histograms delays{{1, 2.5, 5, 10, 20, 30, 45, 60, 120, 300, 600, 1800, 3600, 21'600, 86'400}};
  Histograms publishes{{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}};
  Histograms commits{{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}};
};

void AddBudgets(const Latest& latest, const TelemetryPlan& plan, MetricPage* page) {
  for (const TelemetryTenant& tenant : plan.tenants) {
    const MetricLabels labels{{"tenant", tenant.name}};
    const auto budget = latest.budgets.find(tenant.name);
    const bool known = budget != latest.budgets.end();
    page->Counter("throttled_seconds_total", "Time spent waiting for the request budget.", labels,
                  known ? Seconds(budget->second.throttled).count() : 0);
    if (!known) continue;
    page->Gauge("request_budget_per_second", "Requests a second, as now steered.", labels,
                budget->second.per_second);
    if (budget->second.remaining) {
      page->Gauge("rate_limit_remaining", "Requests left, as the tenant last stated.", labels,
                  *budget->second.remaining);
    }
  }
}

void AddSinks(const Latest& latest, MetricPage* page) {
  for (const auto& [sink, histogram] : latest.publishes.Collect()) {
    page->Histogram("sink_publish_duration_seconds", "Time to publish a batch.", {{"sink", sink}},
                    histogram);
  }
  for (const auto& [sink, health] : latest.sinks) {
    if (health.up) {
      page->Gauge("sink_up", "Whether the last publish succeeded.", {{"sink", sink}},
                  *health.up ? 1 : 0);
    }
    page->Counter("events_truncated_total",
                  "Events shortened to what the format allows or the receiver takes.",
                  {{"sink", sink}}, static_cast<double>(health.truncated));
    page->Counter("events_repaired_total",
                  "Events with U+FFFD in the place of bytes that are not UTF-8.", {{"sink", sink}},
                  static_cast<double>(health.repaired));
    for (const auto& [reason, count] : health.errors) {
      page->Counter("sink_errors_total", "Publishes that left records undecided, by reason.",
                    {{"sink", sink}, {"reason", reason}}, static_cast<double>(count));
    }
  }
}

// Whether there is more to tell of the stream.
bool AddOwned(const TelemetryPlan& plan, const std::string& tenant, const std::string& stream,
              MetricPage* page) {
  if (!plan.owns) return true;
  const bool owned = plan.owns(tenant, stream);
  page->Gauge("stream_owned", "Whether the stream is this instance's.",
              {{"tenant", tenant}, {"stream", stream}}, owned ? 1 : 0);
  return owned || (plan.shows && plan.shows(tenant, stream));
}

// Who is asked for where the tenant's streams run.
void AddIdentities(const Latest& latest, const TelemetryPlan& plan, MetricPage* page) {
  for (const TelemetryTenant& tenant : plan.tenants) {
    const auto identities = latest.identities.find(tenant.name);
    if (identities == latest.identities.end()) continue;
    const bool owned =
        !plan.owns || std::any_of(tenant.streams.begin(), tenant.streams.end(),
                                  [&](const auto& name) { return plan.owns(tenant.name, name); });
    if (owned) AddIdentityMetrics(tenant.name, identities->second, page);
  }
}

void AddTenants(const Latest& latest, const TelemetryPlan& plan, MetricPage* page) {
  for (const auto& [tenant, histogram] : latest.requests.Collect()) {
    page->Histogram("request_duration_seconds", "Duration of requests to the tenant.",
                    {{"tenant", tenant}}, histogram);
  }
  for (const auto& [tenant, histogram] : latest.delays.Collect()) {
    page->Histogram("event_delay_seconds",
                    "Insertion (or event time) to acknowledgement of live events.",
                    {{"tenant", tenant}}, histogram);
  }
  for (const auto& [tenant, histogram] : latest.lateness.Collect()) {
    page->Histogram("event_lateness_seconds", "How late the events were that revisits found.",
                    {{"tenant", tenant}}, histogram);
  }
  std::map<std::string_view, std::chrono::milliseconds> skews;  // streams share a tenant's clock
  for (const auto& [key, snapshot] : latest.streams) {
    if (snapshot->clock_skew) skews[key.first] = *snapshot->clock_skew;
  }
  for (const auto& [tenant, skew] : skews) {
    page->Gauge("clock_skew_seconds", "The tenant's time less own time.", {{"tenant", tenant}},
                Seconds(skew).count());
  }
  for (const TelemetryTenant& tenant : plan.tenants) {
    if (!tenant.token_expires) continue;
    page->Gauge("token_expiry_timestamp_seconds", "When the token expires, as configured.",
                {{"tenant", tenant.name}},
                Seconds(tenant.token_expires->time_since_epoch()).count());
  }
}

void AddReplays(const Latest& latest, MetricPage* page) {
  for (const auto& [key, count] : latest.replayed) {
    const auto& [tenant, stream, sink] = key;
    page->Counter("events_replayed_total", "Events delivered again for an operator.",
                  {{"tenant", tenant}, {"stream", stream}, {"sink", sink}},
                  static_cast<double>(count));
  }
}

void AddState(const Latest& latest, const TelemetryPlan& plan, MetricPage* page) {
  for (const auto& [none, histogram] : latest.commits.Collect()) {
    page->Histogram("state_commit_duration_seconds", "Time to make a commit of the state durable.",
                    {}, histogram);
  }
  page->Counter("state_commit_errors_total", "Commits of the state that failed.", {},
                static_cast<double>(latest.commit_errors));
  if (plan.state_bytes) {
    page->Gauge("state_bytes", "Size of the state on the disk.", {},
                static_cast<double>(plan.state_bytes()));
  }
}

void AddConfig(const Latest& latest, MetricPage* page) {
  if (!latest.config_read) return;
  page->Gauge("config_last_reload_successful",
              "Whether the configuration file, as it was last read, is what runs.", {},
              latest.config_is_good ? 1 : 0);
  page->Gauge("config_last_reload_timestamp_seconds", "When the configuration that runs was read.",
              {}, Seconds(latest.config_read->time_since_epoch()).count());
}

}  // namespace

class PrometheusTelemetry::Impl {
 public:
  Impl(TelemetryPlan plan, const Clock& clock) : clock_(clock) {
    latest_.commits.Declare("");
    Configure(std::move(plan));
  }

  void Configure(TelemetryPlan plan) {
    const std::lock_guard lock(mutex_);
    plan_ = std::move(plan);
    std::set<std::string> tenants;
    for (const TelemetryTenant& tenant : plan_.tenants) {
      tenants.insert(tenant.name);
      latest_.requests.Declare(tenant.name);
      latest_.delays.Declare(tenant.name);
      latest_.lateness.Declare(tenant.name);
      if (tenant.asks_identities) latest_.identities[tenant.name];
      for (const std::string& stream : tenant.streams) DeclareStream(tenant, stream);
    }
    for (const std::string& sink : plan_.sinks) {
      latest_.publishes.Declare(sink);
      latest_.sinks[sink];
    }
    Retain(tenants);
  }

  // Runs `change` on the latest numbers, alone.
  template <typename Change>
  void Update(Change change) {
    const std::lock_guard lock(mutex_);
    change(latest_);
  }

  std::vector<prometheus::MetricFamily> Collect() const {
    const auto [latest, plan] = Copy();
    MetricPage page("netskope_forwarder_");
    page.Gauge("build_info", "1; the build is in the labels.",
               {{"version", plan.version}, {"commit", plan.commit}}, 1);
    const Now now = clock_.Read();
    for (const TelemetryTenant& tenant : plan.tenants) {
      for (const std::string& stream : tenant.streams) {
        if (!AddOwned(plan, tenant.name, stream, &page)) continue;
        AddStreamMetrics({tenant.name, stream, tenant.sinks},
                         *latest.streams.at({tenant.name, stream}), now.wall, &page);
      }
    }
    if (plan.health) {
      for (const NamedHealth& named : plan.health(now)) AddHealthMetrics(named, &page);
    }
    AddBudgets(latest, plan, &page);
    AddIdentities(latest, plan, &page);
    AddTenants(latest, plan, &page);
    AddSinks(latest, &page);
    AddReplays(latest, &page);
    AddState(latest, plan, &page);
    AddConfig(latest, &page);
    MetricPage process("process_");
    AddProcessMetrics(&process);
    std::vector<prometheus::MetricFamily> families = page.families();
    families.insert(families.end(), process.families().begin(), process.families().end());
    return families;
  }

 private:
  std::pair<Latest, TelemetryPlan> Copy() const {
    const std::lock_guard lock(mutex_);
    return {latest_, plan_};
  }

  void DeclareStream(const TelemetryTenant& tenant, const std::string& stream) {
    auto& snapshot = latest_.streams[{tenant.name, stream}];
    if (!snapshot) snapshot = std::make_shared<const StreamSnapshot>();
    for (const std::string& sink : tenant.sinks) {
      latest_.replayed.try_emplace({tenant.name, stream, sink}, 0);
    }
  }

  bool Has(const std::string& tenant, const std::string& stream) const {
    return std::any_of(plan_.tenants.begin(), plan_.tenants.end(), [&](const auto& configured) {
      const auto& streams = configured.streams;
      return configured.name == tenant &&
             std::find(streams.begin(), streams.end(), stream) != streams.end();
    });
  }

  void Retain(const std::set<std::string>& tenants) {
    latest_.requests.Retain(tenants);
    latest_.delays.Retain(tenants);
    latest_.lateness.Retain(tenants);
    const std::set<std::string> sinks(plan_.sinks.begin(), plan_.sinks.end());
    latest_.publishes.Retain(sinks);
    std::erase_if(latest_.sinks, [&](const auto& sink) { return !sinks.contains(sink.first); });
    std::erase_if(latest_.budgets, [&](const auto& of) { return !tenants.contains(of.first); });
    std::erase_if(latest_.identities, [&](const auto& of) {
      return std::none_of(plan_.tenants.begin(), plan_.tenants.end(), [&](const auto& tenant) {
        return tenant.name == of.first && tenant.asks_identities;
      });
    });
    std::erase_if(latest_.streams,
                  [&](const auto& of) { return !Has(of.first.first, of.first.second); });
    std::erase_if(latest_.replayed, [&](const auto& of) {
      const auto& [tenant, stream, sink] = of.first;
      return !Has(tenant, stream) || !sinks.contains(sink);
    });
  }

  const Clock& clock_;
  mutable std::mutex mutex_;  // of the two below
  TelemetryPlan plan_;
  Latest latest_;
};

PrometheusTelemetry::PrometheusTelemetry(TelemetryPlan plan, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(plan), clock)) {}
PrometheusTelemetry::~PrometheusTelemetry() = default;

void PrometheusTelemetry::Configure(TelemetryPlan plan) { impl_->Configure(std::move(plan)); }

void PrometheusTelemetry::ConfigRead(bool good, WallTime at) {
  impl_->Update([&](Latest& latest) {
    latest.config_is_good = good;
    if (good) latest.config_read = at;
  });
}

void PrometheusTelemetry::Stream(const std::string& tenant, const std::string& stream,
                                 const StreamSnapshot& snapshot) {
  auto copy = std::make_shared<const StreamSnapshot>(snapshot);
  impl_->Update([&](Latest& latest) {
    const auto known = latest.streams.find({tenant, stream});
    if (known != latest.streams.end()) known->second.swap(copy);
  });
}

void PrometheusTelemetry::Budget(const std::string& tenant, const BudgetSnapshot& snapshot) {
  impl_->Update([&](Latest& latest) { latest.budgets[tenant] = snapshot; });
}

void PrometheusTelemetry::Identities(const std::string& tenant, const IdentitySnapshot& snapshot) {
  impl_->Update([&](Latest& latest) {
    const auto known = latest.identities.find(tenant);
    if (known != latest.identities.end()) known->second = snapshot;
  });
}

void PrometheusTelemetry::RequestDuration(const std::string& tenant,
                                          std::chrono::microseconds elapsed) {
  impl_->Update([&](Latest& latest) { latest.requests.Observe(tenant, elapsed, 1); });
}

void PrometheusTelemetry::EventDelay(const std::string& tenant, std::chrono::milliseconds delay,
                                     std::size_t count) {
  impl_->Update([&](Latest& latest) { latest.delays.Observe(tenant, delay, count); });
}

void PrometheusTelemetry::EventLateness(const std::string& tenant,
                                        std::chrono::milliseconds lateness, std::size_t count) {
  impl_->Update([&](Latest& latest) { latest.lateness.Observe(tenant, lateness, count); });
}

void PrometheusTelemetry::Published(const std::string& sink, std::chrono::microseconds elapsed,
                                    std::string_view reason) {
  impl_->Update([&](Latest& latest) {
    latest.publishes.Observe(sink, elapsed, 1);
    SinkHealth& health = latest.sinks[sink];
    health.up = reason.empty();
    if (!reason.empty()) ++health.errors[std::string(reason)];
  });
}

void PrometheusTelemetry::Truncated(const std::string& sink, std::size_t count) {
  impl_->Update([&](Latest& latest) { latest.sinks[sink].truncated += count; });
}

void PrometheusTelemetry::Repaired(const std::string& sink, std::size_t count) {
  impl_->Update([&](Latest& latest) { latest.sinks[sink].repaired += count; });
}

void PrometheusTelemetry::Replayed(const std::string& tenant, const std::string& stream,
                                   const std::string& sink, std::size_t count) {
  impl_->Update([&](Latest& latest) { latest.replayed[{tenant, stream, sink}] += count; });
}

void PrometheusTelemetry::StateCommitted(std::chrono::microseconds elapsed, bool durable) {
  impl_->Update([&](Latest& latest) {
    latest.commits.Observe("", elapsed, 1);
    if (!durable) ++latest.commit_errors;
  });
}

std::vector<prometheus::MetricFamily> PrometheusTelemetry::Collect() const {
  return impl_->Collect();
}

std::string PrometheusTelemetry::Render() const {
  return prometheus::TextSerializer().Serialize(Collect());
}

}  // namespace nsf
