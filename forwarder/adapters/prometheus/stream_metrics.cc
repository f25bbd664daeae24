// SPDX-License-Identifier: Apache-2.0
// One stream's snapshot as samples: see the header. What a stream does not know yet has no sample.
#include "adapters/prometheus/stream_metrics.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>

namespace nsf {
namespace {

using Seconds = std::chrono::duration<double>;

double Count(std::uint64_t count) { return static_cast<double>(count); }

template <typename Time>
double Timestamp(Time time) {
  return Seconds(time.time_since_epoch()).count();
}

// Counters that exist at 0 from the start, so that the first increase is seen as one.
std::map<std::string_view, std::uint64_t> Requests(const StreamSnapshot& snapshot) {
  std::map<std::string_view, std::uint64_t> requests;
  for (const char* code : {"200", "400", "401", "403", "429", "500", "503", "error"}) {
    requests[code] = 0;
  }
  for (const auto& [code, count] : snapshot.requests) requests[CodeLabel(code)] += count;
  return requests;
}

std::map<std::string_view, std::uint64_t> Windows(const StreamSnapshot& snapshot) {
  std::map<std::string_view, std::uint64_t> windows{{"whole", 0}, {"moved", 0}, {"failed", 0}};
  for (const auto& [result, count] : snapshot.windows) windows[result] = count;
  return windows;
}

std::map<std::string_view, std::uint64_t> DeadLettered(const SinkCounts& counts) {
  std::map<std::string_view, std::uint64_t> reasons{{"invalid", 0}, {"too_large", 0}};
  for (const auto& [reason, count] : counts.dead_lettered) reasons[reason] = count;
  return reasons;
}

std::map<std::string_view, std::uint64_t> Filtered(const StreamSnapshot& snapshot) {
  std::map<std::string_view, std::uint64_t> reasons{
      {"own_call", 0}, {"user_dropped", 0}, {"user_not_kept", 0}};
  for (const auto& [reason, count] : snapshot.filtered) reasons[reason] = count;
  return reasons;
}

std::map<std::string_view, bool> Blocked(const StreamSnapshot& snapshot) {
  std::map<std::string_view, bool> reasons;
  for (const char* reason :
       {"forbidden", "paging", "redirect", "refused", "secret", "unauthorized"}) {
    reasons[reason] = false;
  }
  if (!snapshot.blocked_reason.empty()) reasons[snapshot.blocked_reason] = true;
  return reasons;
}

void AddRequests(const MetricLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  for (const auto& [code, count] : Requests(snapshot)) {
    MetricLabels with_code = labels;
    with_code.emplace_back("code", code);
    page->Counter("requests_total", "Answers of the tenant, by status; error: none came.",
                  with_code, Count(count));
  }
  page->Counter("response_bytes_total", "Bytes of answers, decoded.", labels,
                Count(snapshot.response_bytes));
  page->Counter("rate_limited_total", "Answers 429.", labels, Count(snapshot.rate_limited));
}

// Only where people are asked for.
void AddIdentified(const MetricLabels& labels, const StreamSnapshot& snapshot, MetricPage* page) {
  if (snapshot.identified.empty()) return;
  std::map<std::string_view, std::uint64_t> results{
      {"found", 0}, {"stale", 0}, {"missing", 0}, {"no_picture", 0}, {"no_user", 0}};
  for (const auto& [result, count] : snapshot.identified) results[result] = count;
  for (const auto& [result, count] : results) {
    MetricLabels with_result = labels;
    with_result.emplace_back("result", result);
    page->Counter("events_identified_total",
                  "Events by what was known of their actor when they were formatted.", with_result,
                  Count(count));
  }
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
  for (const auto& [reason, count] : Filtered(snapshot)) {
    MetricLabels with_reason = labels;
    with_reason.emplace_back("reason", reason);
    page->Counter("events_filtered_total", "Events that a filter of the configuration holds back.",
                  with_reason, Count(count));
  }
  page->Counter("events_unclassified_total", "Events that no rule of classification knows.", labels,
                Count(snapshot.unclassified));
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
    for (const auto& [reason, count] : DeadLettered(counts)) {
      MetricLabels with_reason = of_sink;
      with_reason.emplace_back("reason", reason);
      page->Counter("events_dead_lettered_total", "Events the sink refused, kept as dead letters.",
                    with_reason, Count(count));
    }
  }
}

void AddProgress(const MetricLabels& labels, const StreamSnapshot& snapshot, WallTime now,
                 MetricPage* page) {
  for (const auto& [result, count] : Windows(snapshot)) {
    MetricLabels with_result = labels;
    with_result.emplace_back("result", result);
    page->Counter("windows_total", "Windows walked, by result.", with_result, Count(count));
  }
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
  for (const auto& [reason, blocked] : Blocked(snapshot)) {
    MetricLabels with_reason = labels;
    with_reason.emplace_back("reason", reason);
    page->Gauge("stream_blocked", "1 while the stream waits for an operator to act.", with_reason,
                blocked ? 1 : 0);
  }
}

}  // namespace

std::string_view CodeLabel(std::string_view code) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool status =
      code.size() == 3 && code[0] >= '1' && code[0] <= '5' && digit(code[1]) && digit(code[2]);
  return status || code == "error" ? code : "other";
}

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
  for (const StreamState state : kStreamStates) {
    MetricLabels with_state = labels;
    with_state.emplace_back("state", StreamStateName(state));
    page->Gauge("stream_state", "1 for the state that the stream is in, 0 for all others.",
                with_state, named.health.state == state ? 1 : 0);
  }
  page->Gauge("stream_state_since_timestamp_seconds", "When the stream came into its state.",
              labels, Timestamp(named.health.since));
}

}  // namespace nsf
