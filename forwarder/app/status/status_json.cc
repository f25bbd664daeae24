// SPDX-License-Identifier: Apache-2.0
// Writing the status. Times are RFC 3339, durations seconds.
#include "app/status/status_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "app/config/json_writer.h"
#include "app/config/parse_time.h"
#include "app/status/health_text.h"
#include "core/format/json_text.h"

namespace nsf {
namespace {

// Words of servers may hold anything.
std::string Json(std::string_view text) {
  TextBuffer out;
  AppendJsonString(text, &out);
  return out.str();
}

template <typename Time>
std::string Rfc3339(Time time) {
  return TimeText(std::chrono::floor<std::chrono::seconds>(time));
}

class StatusWriter {
 public:
  explicit StatusWriter(const Status& status) : status_(status) {}

  std::string Write() {
    json_.BeginObject();
    json_.Key("schema").Number(1);
    Text("version", status_.version);
    Text("commit", status_.commit);
    Text("time", Rfc3339(status_.now.wall));
    Text("started", Rfc3339(status_.started));
    WriteConfig();
    WriteCounts();
    List("streams", status_.streams, [this](const StreamView& s) { WriteStream(s); });
    List("tenants", status_.tenants, [this](const StatusTenant& t) { WriteTenant(t); });
    List("sinks", status_.sinks, [this](const StatusSink& s) { WriteSink(s); });
    WriteDeadLetter();
    json_.End();
    return json_.Take();
  }

 private:
  void Text(std::string_view name, std::string_view text) { json_.Key(name).Raw(Json(text)); }
  void Count(std::string_view name, std::uint64_t count) {
    json_.Key(name).Raw(std::to_string(count));
  }
  void Real(std::string_view name, double value) {
    json_.Key(name).Raw(fmt::format("{:.3f}", value));
  }
  template <typename Item, typename WriteItem>
  void List(std::string_view name, const std::vector<Item>& items, WriteItem write) {
    json_.Key(name).BeginArray();
    for (const Item& item : items) {
      json_.BeginObject();
      write(item);
      json_.End();
    }
    json_.End();
  }

  void WriteConfig() {
    json_.Key("config").BeginObject();
    Text("file", status_.config.file);
    Text("read", Rfc3339(status_.config.read));
    if (!status_.config.error.empty()) Text("error", status_.config.error);
    json_.End();
  }

  void WriteCounts() {
    json_.Key("states").BeginObject();
    for (const StreamState state : kStreamStates) {
      const auto& streams = status_.streams;
      Count(StreamStateName(state),
            static_cast<std::uint64_t>(std::count_if(
                streams.begin(), streams.end(),
                [state](const StreamView& stream) { return stream.health.state == state; })));
    }
    json_.End();
  }

  void WriteStream(const StreamView& view) {
    const StreamSnapshot& snapshot = *view.snapshot;
    Text("tenant", view.watched.tenant);
    Text("stream", view.watched.stream);
    Text("state", StreamStateName(view.health.state));
    if (!view.health.reason.empty()) Text("reason", view.health.reason);
    Text("since", Rfc3339(view.health.since));
    Text("explanation", HealthText(view.health));
    if (!snapshot.last_error.empty()) Text("last_error", snapshot.last_error);
    if (view.lag) json_.Key("lag_seconds").Number(view.lag->count());
    if (snapshot.delivered_until) Text("delivered_until", Rfc3339(*snapshot.delivered_until));
    if (snapshot.checkpoint) Text("checkpoint", Rfc3339(*snapshot.checkpoint));
    WriteEvents(view);
    WriteBacklog(view);
    WriteCompleteness(snapshot);
  }

  void WriteEvents(const StreamView& view) {
    const StreamSnapshot& snapshot = *view.snapshot;
    json_.Key("events").BeginObject();
    Count("received", snapshot.received);
    Count("out_of_window", snapshot.out_of_window);
    Count("deduplicated", snapshot.deduplicated);
    Count("filtered", snapshot.filtered_in_all());
    Count("pending", snapshot.pending);
    json_.Key("sinks").BeginObject();
    for (const auto& [sink, counts] : snapshot.sinks) {
      std::uint64_t dead = 0;
      for (const auto& [reason, count] : counts.dead_lettered) dead += count;
      json_.Key(sink).BeginObject();
      Count("delivered", counts.delivered);
      Count("dead_lettered", dead);
      json_.End();
    }
    json_.End();
    std::string rates;
    for (const double rate : view.history.PerSecond()) {
      rates += fmt::format("{}{:.1f}", rates.empty() ? "" : ", ", rate);
    }
    json_.Key("per_second").Raw('[' + rates + ']');
    json_.Key("per_second_step").Number(RateHistory::kStep.count());
    json_.End();
  }

  // Where the present was not reached since the start.
  void WriteBacklog(const StreamView& view) {
    const StreamSnapshot& snapshot = *view.snapshot;
    if (snapshot.caught_up || !snapshot.first_window_start || !snapshot.delivered_until) return;
    const auto walked = *snapshot.delivered_until - *snapshot.first_window_start;
    const auto whole = walked + view.lag.value_or(std::chrono::seconds(0));
    json_.Key("backlog").BeginObject();
    Text("from", Rfc3339(*snapshot.first_window_start));
    const double share = whole.count() <= 0 ? 1
                                            : static_cast<double>(walked.count()) /
                                                  static_cast<double>(whole.count());
    Real("done", std::clamp(share, 0.0, 1.0));
    if (const auto left = view.history.TimeLeft()) json_.Key("eta_seconds").Number(left->count());
    json_.End();
  }

  void WriteCompleteness(const StreamSnapshot& snapshot) {
    json_.Key("completeness").BeginObject();
    if (snapshot.proven_until) Text("proven_until", Rfc3339(*snapshot.proven_until));
    Count("windows_incomplete", snapshot.windows_incomplete);
    json_.Key("days").BeginArray();
    if (snapshot.days) {
      for (const DayProof& day : *snapshot.days) {
        json_.Raw(fmt::format(
            R"({{"day": "{}", "proven_seconds": {}, "unproven_seconds": {}, "events": {}}})",
            Rfc3339(day.day).substr(0, 10), day.proven.count(), day.unproven.count(), day.events));
      }
    }
    json_.End().End();
  }

  void WriteTenant(const StatusTenant& tenant) {
    Text("name", tenant.name);
    Text("url", tenant.url);
    const auto& streams = status_.streams;
    const auto stream = std::find_if(streams.begin(), streams.end(), [&](const StreamView& view) {
      return view.watched.tenant == tenant.name;
    });
    json_.Key("budget").BeginObject();
    Real("configured_per_second", tenant.requests_per_minute / 60.0);
    if (stream != streams.end()) {
      const BudgetSnapshot& budget = stream->budget;
      Real("allowed_per_second", budget.per_second);
      if (budget.remaining) Real("remaining", *budget.remaining);
      Real("throttled_seconds", std::chrono::duration<double>(budget.throttled).count());
    }
    json_.End();
    if (stream != streams.end() && stream->snapshot->clock_skew) {
      Real("clock_skew_seconds",
           std::chrono::duration<double>(*stream->snapshot->clock_skew).count());
    }
    if (tenant.token_expires) Text("token_expires", Rfc3339(*tenant.token_expires));
    const auto identities = status_.identities.find(tenant.name);
    if (identities != status_.identities.end()) WriteIdentities(identities->second);
  }

  void WriteIdentities(const IdentitySnapshot& snapshot) {
    json_.Key("identities").BeginObject();
    if (snapshot.taken) {
      Text("taken", Rfc3339(*snapshot.taken));
      const auto age = std::chrono::floor<std::chrono::seconds>(status_.now.wall) - *snapshot.taken;
      json_.Key("age_seconds").Number(age.count());
      json_.Key("whole").Bool(snapshot.whole);
    }
    Count("users", snapshot.users);
    Count("groups", snapshot.groups);
    if (snapshot.up) json_.Key("ok").Bool(*snapshot.up);
    if (!snapshot.blocked_reason.empty()) Text("reason", snapshot.blocked_reason);
    if (!snapshot.last_error.empty()) Text("last_error", snapshot.last_error);
    json_.End();
  }

  void WriteSink(const StatusSink& sink) {
    Text("name", sink.name);
    Text("type", sink.kind);
    Text("format", sink.format);
    Text("guarantee", sink.guarantee);
    WriteTrouble(sink.name);
  }

  void WriteDeadLetter() {
    json_.Key("dead_letter").BeginObject();
    WriteTrouble("dead_letter");
    json_.End();
  }

  void WriteTrouble(const std::string& sink) {
    const auto trouble = status_.troubles.find(sink);
    json_.Key("ok").Bool(trouble == status_.troubles.end());
    if (trouble == status_.troubles.end()) return;
    Text("error", trouble->second.message);
    Text("since", Rfc3339(trouble->second.since.wall));
  }

  const Status& status_;
  JsonWriter json_;
};

}  // namespace

std::string StatusJson(const Status& status) { return StatusWriter(status).Write(); }

}  // namespace nsf
