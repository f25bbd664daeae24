// SPDX-License-Identifier: Apache-2.0
// Telemetry as Prometheus metrics: see the header. One lock, held for copies only: a scrape makes
// its text from copies, so that no stream waits for a scraper.
#include "adapters/prometheus/prometheus_telemetry.h"

#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "adapters/prometheus/histograms.h"
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
  std::map<std::string, BudgetSnapshot> budgets;  // by tenant
  std::map<std::string, SinkHealth> sinks;        // by name
  // By tenant, stream and sink.
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> replayed;
  std::uint64_t commit_errors = 0;
  Histograms requests{{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 180}};  // by tenant
  Histograms lateness{{60, 300, 900, 3600, 7200, 21'600, 43'200, 86'400, 172'800}};
  Histograms delays{{1, 2.5, 5, 10, 20, 30, 45, 60, 120, 300, 600, 1800, 3600, 21'600, 86'400}};
  Histograms publishes{{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}};
  Histograms commits{{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}};
};

void AddBudgets(const Latest& latest, MetricPage* page) {
  for (const auto& [tenant, budget] : latest.budgets) {
    const MetricLabels labels{{"tenant", tenant}};
    page->Counter("throttled_seconds_total", "Time spent waiting for the request budget.", labels,
                  Seconds(budget.throttled).count());
    page->Gauge("request_budget_per_second", "Requests a second, as now steered.", labels,
                budget.per_second);
    if (budget.remaining) {
      page->Gauge("rate_limit_remaining", "Requests left, as the tenant last stated.", labels,
                  *budget.remaining);
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

}  // namespace

class PrometheusTelemetry::Impl {
 public:
  Impl(TelemetryPlan plan, const Clock& clock) : plan_(std::move(plan)), clock_(clock) {
    for (const TelemetryTenant& tenant : plan_.tenants) {
      latest_.requests.Declare(tenant.name);
      latest_.delays.Declare(tenant.name);
      latest_.lateness.Declare(tenant.name);
      for (const std::string& stream : tenant.streams) {
        latest_.streams[{tenant.name, stream}] = std::make_shared<const StreamSnapshot>();
        for (const std::string& sink : tenant.sinks) {
          latest_.replayed[{tenant.name, stream, sink}] = 0;
        }
      }
    }
    for (const std::string& sink : plan_.sinks) {
      latest_.publishes.Declare(sink);
      latest_.sinks[sink];
    }
    latest_.commits.Declare("");
  }

  // Runs `change` on the latest numbers, alone.
  template <typename Change>
  void Update(Change change) {
    const std::lock_guard lock(mutex_);
    change(latest_);
  }

  std::vector<prometheus::MetricFamily> Collect() const {
    const Latest latest = Copy();
    MetricPage page("netskope_forwarder_");
    page.Gauge("build_info", "1; the build is in the labels.",
               {{"version", plan_.version}, {"commit", plan_.commit}}, 1);
    const WallTime now = clock_.Read().wall;
    for (const auto& [key, snapshot] : latest.streams) {
      AddStreamMetrics({key.first, key.second, SinksOf(key.first)}, *snapshot, now, &page);
    }
    AddBudgets(latest, &page);
    AddTenants(latest, plan_, &page);
    AddSinks(latest, &page);
    AddReplays(latest, &page);
    AddState(latest, plan_, &page);
    MetricPage process("process_");
    AddProcessMetrics(&process);
    std::vector<prometheus::MetricFamily> families = page.families();
    families.insert(families.end(), process.families().begin(), process.families().end());
    return families;
  }

 private:
  Latest Copy() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }

  std::vector<std::string> SinksOf(const std::string& tenant) const {
    for (const TelemetryTenant& configured : plan_.tenants) {
      if (configured.name == tenant) return configured.sinks;
    }
    return {};
  }

  const TelemetryPlan plan_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // of latest_
  Latest latest_;
};

PrometheusTelemetry::PrometheusTelemetry(TelemetryPlan plan, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(plan), clock)) {}
PrometheusTelemetry::~PrometheusTelemetry() = default;

void PrometheusTelemetry::Stream(const std::string& tenant, const std::string& stream,
                                 const StreamSnapshot& snapshot) {
  auto copy = std::make_shared<const StreamSnapshot>(snapshot);
  impl_->Update([&](Latest& latest) { latest.streams[{tenant, stream}].swap(copy); });
}

void PrometheusTelemetry::Budget(const std::string& tenant, const BudgetSnapshot& snapshot) {
  impl_->Update([&](Latest& latest) { latest.budgets[tenant] = snapshot; });
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
