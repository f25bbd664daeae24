// SPDX-License-Identifier: Apache-2.0
// One stream's snapshot as samples: see the header. What a stream does not know yet has no sample.
#include "adapters/prometheus/stream_metrics.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>

#include "adapters/prometheus/labelled_values.h"

namespace nsf {
namespace {

using Seconds = std::chrono::duration<double>;

double Count(std::uint64_t count) { return static_cast<double>(count); }

template <typename Time>
double Timestamp(Time time) {
  return Seconds(time.time_since_epoch()).count();
}

void AddRequests(const MetricLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  page->Counters("requests_total", "Answers of the tenant, by status; error: none came.", labels,
                 "code", ByCode(snapshot.requests));
  page->Counter("response_bytes_total", "Bytes of answers, decoded.", labels,
                Count(snapshot.response_bytes));
  page->Counter("rate_limited_total", "Answers 429.", labels, Count(snapshot.rate_limited));
}

// Only where people are asked for.
void AddIdentified(const MetricLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  if (snapshot.identified.empty()) return;
  page->Counters(
      "events_identified_total",
      "Events by what was known of their actor when they were formatted.", labels, "result",
      FromZero({"found", "stale", "missing", "no_picture", "no_user"}, snapshot.identified));
}

void AddEvents(const MetricLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  page->Counter("events_received_total", "Rows taken from pages.", labels,
                Count(snapshot.received));
  page->Counter("events_out_of_window_total", "Rows from before the start of the stream.", labels,
                Count(snapshot.out_of_window));
  page->Counter("events_deduplicated_total", "Rows that had been delivered before.", labels,
                Count(snapshot.deduplicated));
  page->Counter("events_changed_total", "Rows delivered before whose content is another now.",
                labels, Count(snapshot.changed));
  page->Counters("events_filtered_total", "Events that a filter of the configuration holds back.",
                 labels, "reason",
                 FromZero({"own_call", "user_dropped", "user_not_kept"}, snapshot.filtered));
  page->Counter("events_unclassified_total", "Events that no rule of classification knows.", labels,
                Count(snapshot.unclassified));
  if (snapshot.index_conflicts) {
    page->Counter("iterator_conflicts_total", "Signs of another consumer of the iterator's index.",
                  labels, Count(*snapshot.index_conflicts));
  }
  page->Gauge("events_pending", "Events received and not settled yet.", labels,
              Count(snapshot.pending));
}

void AddSinks(const StreamLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  std::set<std::string> sinks(labels.sinks.begin(), labels.sinks.end());
  for (const auto& [sink, counts] : snapshot.sinks) sinks.insert(sink);
  for (const std::string& sink : sinks) {
    const auto found = snapshot.sinks.find(sink);
    const SinkCounts counts = found == snapshot.sinks.end() ? SinkCounts() : found->second;
    const MetricLabels of_sink{
        {"tenant", labels.tenant}, {"stream", labels.stream}, {"sink", sink}};
    page->Counter("events_delivered_total", "Events acknowledged by the sink.", of_sink,
                  Count(counts.delivered));
    page->Counters("events_dead_lettered_total", "Events the sink refused, kept as dead letters.",
                   of_sink, "reason", FromZero({"invalid", "too_large"}, counts.dead_lettered));
  }
}

void AddProgress(const MetricLabels& labels, const StreamSnapshot& snapshot, WallTime now,
                 MetricPage* page) {
  page->Counters("windows_total", "Windows walked, by result.", labels, "result",
                 FromZero({"whole", "moved", "failed"}, snapshot.windows));
  if (snapshot.delivered_until) {
    page->Gauge("delivered_until_timestamp_seconds",
                "Time up to which every visible event is delivered, on the tenant's clock.", labels,
                Timestamp(*snapshot.delivered_until));
    // On the tenant's clock too, and at the scrape, so that it grows while a stream hangs.
    const WallTime tenant_now = now + snapshot.clock_skew.value_or(std::chrono::milliseconds(0));
    const double lag = Seconds(tenant_now - *snapshot.delivered_until).count();
    page->Gauge("lag_seconds", "Now less delivered_until_timestamp_seconds.", labels,
                std::max(lag, 0.0));
  }
  if (snapshot.proven_until) {
    const WallTime tenant_now = now + snapshot.clock_skew.value_or(std::chrono::milliseconds(0));
    const double lag = Seconds(tenant_now - *snapshot.proven_until).count();
    page->Gauge("proven_lag_seconds", "Now less the end of the last window proven complete.",
                labels, std::max(lag, 0.0));
  }
  page->Gauge("windows_incomplete", "Closed windows that are not proven complete.", labels,
              Count(snapshot.windows_incomplete));
  if (snapshot.checkpoint) {
    page->Gauge("checkpoint_timestamp_seconds", "Last durable commit of the stream's state.",
                labels, Timestamp(*snapshot.checkpoint));
  }
}

void AddHealth(const MetricLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  if (snapshot.up) {
    page->Gauge("stream_up", "Whether the last poll succeeded.", labels, *snapshot.up ? 1 : 0);
  }
  page->Gauges("stream_blocked", "1 while the stream waits for an operator to act.", labels,
               "reason",
               ByReason({"forbidden", "paging", "redirect", "refused", "secret", "unauthorized"},
                        snapshot.blocked_reason));
}

}  // namespace

void AddStreamMetrics(const StreamLabels& labels, const StreamSnapshot& snapshot, WallTime now,
                      MetricPage* page) {
  const MetricLabels of_stream{{"tenant", labels.tenant}, {"stream", labels.stream}};
  AddRequests(of_stream, snapshot, page);
  AddEvents(of_stream, snapshot, page);
  AddIdentified(of_stream, snapshot, page);
  AddSinks(labels, snapshot, page);
  AddProgress(of_stream, snapshot, now, page);
  AddHealth(of_stream, snapshot, page);
}

void AddHealthMetrics(const NamedHealth& named, MetricPage* page) {
  const MetricLabels labels{{"tenant", named.tenant}, {"stream", named.stream}};
  LabelledValues states;
  for (const StreamState state : kStreamStates) {
    states[StreamStateName(state)] = named.health.state == state ? 1 : 0;
  }
  page->Gauges("stream_state", "1 for the state that the stream is in, 0 for all others.", labels,
               "state", states);
  page->Gauge("stream_state_since_timestamp_seconds", "When the stream came into its state.",
              labels, Timestamp(named.health.since));
}

}  // namespace nsf
