// SPDX-License-Identifier: Apache-2.0
// What a scrape shows: names, labels, zeros, absences, and sums that always come out.
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "adapters/prometheus/histograms.h"
#include "adapters/prometheus/labelled_values.h"
#include "adapters/prometheus/prometheus_telemetry.h"

namespace nsf::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FixedClock : public Clock {
 public:
  Now Read() const override { return {WallTime(seconds(now)), {}}; }
  std::atomic<int> now{1'700'000'000};
};

TelemetryPlan Plan() {
  return {"1.2.3",
          "abc",
          {{"acme", {"audit"}, {"lake", "siem"}, WallSeconds(seconds(1'800'000'000)), true},
           {"beta", {"audit"}, {"lake"}, std::nullopt}},
          {"lake", "siem"},
          [] { return std::size_t{4096}; },
          {}};
}

// Samples by name and labels, as the text has them: `x_total{tenant="acme"}`.
std::map<std::string, double> Samples(const PrometheusTelemetry& telemetry) {
  std::map<std::string, double> samples;
  std::istringstream lines(telemetry.Render());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    const std::size_t space = line.rfind(' ');
    std::string name = line.substr(0, space);
    const std::string prefix = "netskope_forwarder_";
    if (name.starts_with(prefix)) name = name.substr(prefix.size());
    REQUIRE(samples.emplace(name, std::strtod(line.c_str() + space, nullptr)).second);
  }
  return samples;
}

std::optional<double> Find(const std::map<std::string, double>& samples, const std::string& name) {
  const auto found = samples.find(name);
  return found == samples.end() ? std::nullopt : std::optional(found->second);
}

StreamSnapshot Busy(std::uint64_t n) {
  StreamSnapshot snapshot;
  snapshot.requests = {{"200", n}, {"429", 2}, {"error", 3}, {"999", 4}, {"bogus\n\"", 5}};
  snapshot.response_bytes = 1000 * n;
  snapshot.rate_limited = 2;
  snapshot.received = 100 * n;
  snapshot.out_of_window = 1 * n;
  snapshot.deduplicated = 9 * n;
  snapshot.filtered = {{"own_call", 2 * n}, {"user_dropped", n}};
  snapshot.pending = 7 * n;
  snapshot.sinks["lake"].delivered = 80 * n;
  snapshot.sinks["siem"].delivered = 78 * n;
  snapshot.sinks["siem"].dead_lettered = {{"too_large", 2 * n}};
  return snapshot;
}

double Identity(const std::map<std::string, double>& samples, const std::string& sink) {
  const std::string stream = R"({tenant="acme",stream="audit"})";
  double left = *Find(samples, "events_received_total" + stream);
  for (const char* name :
       {"events_out_of_window_total", "events_deduplicated_total", "events_pending"}) {
    left -= *Find(samples, name + stream);
  }
  for (const char* reason : {"own_call", "user_dropped", "user_not_kept"}) {
    left -= *Find(samples, std::string(R"(events_filtered_total{tenant="acme",stream="audit")") +
                               ",reason=\"" + reason + "\"}");
  }
  const std::string at_sink = R"({tenant="acme",stream="audit",sink=")" + sink + '"';
  left -= *Find(samples, "events_delivered_total" + at_sink + "}");
  for (const char* reason : {"invalid", "too_large"}) {
    left -= *Find(samples, "events_dead_lettered_total" + at_sink + ",reason=\"" + reason + "\"}");
  }
  return left;
}

TEST_CASE("counters and histograms are there at 0 before anything has happened") {
  const FixedClock clock;
  const auto samples = Samples(PrometheusTelemetry(Plan(), clock));
  for (const std::string tenant : {"acme", "beta"}) {
    const std::string stream = "{tenant=\"" + tenant + "\",stream=\"audit\"}";
    for (const char* name :
         {"response_bytes_total", "rate_limited_total", "events_received_total",
          "events_out_of_window_total", "events_deduplicated_total", "events_changed_total",
          "events_unclassified_total", "events_pending"}) {
      INFO(name << stream);
      CHECK(Find(samples, name + stream) == 0.0);
    }
    for (const char* code : {"200", "401", "403", "429", "500", "error"}) {
      CHECK(Find(samples, "requests_total{tenant=\"" + tenant + "\",stream=\"audit\",code=\"" +
                              code + "\"}") == 0.0);
    }
    CHECK(Find(samples, "event_delay_seconds_count{tenant=\"" + tenant + "\"}") == 0.0);
    CHECK(Find(samples, "request_duration_seconds_count{tenant=\"" + tenant + "\"}") == 0.0);
  }
  for (const char* name :
       {R"(events_delivered_total{tenant="acme",stream="audit",sink="siem"})",
        R"(events_dead_lettered_total{tenant="acme",stream="audit",sink="lake",reason="invalid"})",
        R"(events_filtered_total{tenant="acme",stream="audit",reason="own_call"})",
        R"(events_filtered_total{tenant="acme",stream="audit",reason="user_not_kept"})",
        R"(windows_total{tenant="acme",stream="audit",result="whole"})",
        R"(windows_total{tenant="acme",stream="audit",result="moved"})",
        R"(windows_total{tenant="acme",stream="audit",result="failed"})",
        R"(sink_publish_duration_seconds_bucket{sink="siem",le="+Inf"})",
        R"(sink_errors_total{sink="siem",reason="unavailable"})", "state_commit_errors_total",
        R"(events_truncated_total{sink="siem"})", R"(events_repaired_total{sink="siem"})",
        "state_commit_duration_seconds_count"}) {
    INFO(name);
    CHECK(Find(samples, name) == 0.0);
  }
  CHECK_FALSE(Find(samples, R"(events_delivered_total{tenant="beta",stream="audit",sink="siem"})"));
  CHECK(Find(samples, R"(build_info{version="1.2.3",commit="abc"})") == 1.0);
  CHECK(Find(samples, R"(token_expiry_timestamp_seconds{tenant="acme"})") == 1.8e9);
  CHECK(Find(samples, "state_bytes") == 4096.0);
}

TEST_CASE("a gauge that is not known yet is absent") {
  const FixedClock clock;
  const std::string text = PrometheusTelemetry(Plan(), clock).Render();
  for (const char* name : {"delivered_until", "lag_seconds", "checkpoint", "stream_up", "sink_up",
                           "clock_skew", "rate_limit_remaining", "request_budget_per_second",
                           R"(token_expiry_timestamp_seconds{tenant="beta"})"}) {
    INFO(name);
    CHECK(text.find(name) == std::string::npos);
  }
}

TEST_CASE("what is received is settled or pending, at every sink and every scrape") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  CHECK(Identity(Samples(telemetry), "siem") == 0);
  std::atomic<bool> stop = false;
  std::thread stream([&] {
    for (std::uint64_t n = 1; !stop; ++n) telemetry.Stream("acme", "audit", Busy(n));
  });
  for (int i = 0; i < 50; ++i) {
    const auto samples = Samples(telemetry);
    CHECK(Identity(samples, "siem") == 0);
    CHECK(Identity(samples, "lake") == 0);
  }
  stop = true;
  stream.join();
}

TEST_CASE("a server cannot make labels") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  telemetry.Stream("acme", "audit", Busy(1));
  const auto samples = Samples(telemetry);
  const std::string requests = R"(requests_total{tenant="acme",stream="audit",code=")";
  CHECK(Find(samples, requests + "200\"}") == 1.0);
  CHECK(Find(samples, requests + "error\"}") == 3.0);
  CHECK(Find(samples, requests + "other\"}") == 9.0);
  for (const auto& [code, label] : std::map<std::string, std::string>{{"204", "204"},
                                                                      {"599", "599"},
                                                                      {"600", "other"},
                                                                      {"000", "other"},
                                                                      {"20", "other"},
                                                                      {"2000", "other"},
                                                                      {"20x", "other"},
                                                                      {"", "other"},
                                                                      {"error", "error"}}) {
    CHECK(CodeLabel(code) == label);
  }
}

TEST_CASE("lag is told on the tenant's clock, and grows while nothing is heard") {
  FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  StreamSnapshot snapshot;
  snapshot.delivered_until = WallSeconds(seconds(1'700'000'000 - 60));
  snapshot.checkpoint = WallTime(milliseconds(1'699'999'999'500));
  snapshot.clock_skew = milliseconds(-2500);
  snapshot.up = true;
  telemetry.Stream("acme", "audit", snapshot);
  const std::string stream = R"({tenant="acme",stream="audit"})";
  auto samples = Samples(telemetry);
  CHECK(Find(samples, "lag_seconds" + stream) == 57.5);
  CHECK(Find(samples, "delivered_until_timestamp_seconds" + stream) == 1'699'999'940.0);
  CHECK(Find(samples, "checkpoint_timestamp_seconds" + stream) == 1'699'999'999.5);
  CHECK(Find(samples, R"(clock_skew_seconds{tenant="acme"})") == -2.5);
  CHECK(Find(samples, "stream_up" + stream) == 1.0);
  clock.now += 3600;
  CHECK(Find(Samples(telemetry), "lag_seconds" + stream) == 3657.5);
  clock.now -= 7200;  // the own clock was set back
  CHECK(Find(Samples(telemetry), "lag_seconds" + stream) == 0.0);

  snapshot.up = false;
  snapshot.blocked_reason = "forbidden";
  telemetry.Stream("acme", "audit", snapshot);
  const std::string blocked = R"(stream_blocked{tenant="acme",stream="audit",reason="forbidden"})";
  samples = Samples(telemetry);
  CHECK(Find(samples, "stream_up" + stream) == 0.0);
  CHECK(Find(samples, blocked) == 1.0);
  snapshot.blocked_reason.clear();
  telemetry.Stream("acme", "audit", snapshot);
  CHECK(Find(Samples(telemetry), blocked) == 0.0);
}

TEST_CASE("a stream is in one state, since a time, asked at the scrape") {
  const FixedClock clock;
  TelemetryPlan plan = Plan();
  StreamHealth health{StreamState::kThrottled, "rate_limited", WallTime(seconds(1'699'999'000))};
  plan.health = [&health](const Now&) {
    return std::vector<NamedHealth>{{"acme", "audit", health}};
  };
  const PrometheusTelemetry telemetry(std::move(plan), clock);
  const auto in_state = [&telemetry](const std::string& state) {
    return Find(Samples(telemetry),
                R"(stream_state{tenant="acme",stream="audit",state=")" + state + "\"}");
  };
  CHECK(in_state("throttled") == 1.0);
  for (const char* other : {"healthy", "catching_up", "blocked", "stalled"}) {
    CHECK(in_state(other) == 0.0);
  }
  CHECK(Find(Samples(telemetry),
             R"(stream_state_since_timestamp_seconds{tenant="acme",stream="audit"})") ==
        1'699'999'000.0);
  health.state = StreamState::kHealthy;
  CHECK(in_state("throttled") == 0.0);
  CHECK(in_state("healthy") == 1.0);
}

TEST_CASE("people are told of where the streams of their tenant are this instance's") {
  const FixedClock clock;
  TelemetryPlan plan = Plan();
  for (TelemetryTenant& tenant : plan.tenants) tenant.asks_identities = true;
  std::string owned = "acme";
  plan.owns = [&owned](const std::string& tenant, const std::string&) { return tenant == owned; };
  PrometheusTelemetry telemetry(plan, clock);
  IdentitySnapshot people;
  people.taken = WallSeconds(seconds(1'699'999'000));
  people.users = 7;
  for (const char* tenant : {"acme", "beta"}) telemetry.Identities(tenant, people);
  const auto users = [&telemetry](const std::string& tenant) {
    return Find(Samples(telemetry), "identity_users{tenant=\"" + tenant + "\"}");
  };
  CHECK(users("acme") == 7.0);
  CHECK_FALSE(users("beta"));
  const auto is_owned = [&telemetry](const std::string& tenant) {
    return Find(Samples(telemetry), "stream_owned{tenant=\"" + tenant + "\",stream=\"audit\"}");
  };
  CHECK(is_owned("acme") == 1.0);
  CHECK(is_owned("beta") == 0.0);
  owned = "beta";
  CHECK_FALSE(users("acme"));
  CHECK(users("beta") == 7.0);
  plan.owns = {};
  telemetry.Configure(plan);
  CHECK(users("acme") == 7.0);
  CHECK_FALSE(is_owned("acme"));
}

TEST_CASE("the lag of a stream that may be nobody's is told, and grows") {
  const FixedClock clock;
  TelemetryPlan plan = Plan();
  plan.owns = [](const std::string&, const std::string&) { return false; };
  bool elsewhere = true;
  plan.shows = [&elsewhere](const std::string&, const std::string&) { return !elsewhere; };
  PrometheusTelemetry telemetry(plan, clock);
  StreamSnapshot stream = Busy(1);
  stream.delivered_until = WallSeconds(seconds(1'699'999'000));
  telemetry.Stream("acme", "audit", stream);
  const auto find = [&telemetry](const std::string& name) {
    return Find(Samples(telemetry), name + R"({tenant="acme",stream="audit"})");
  };
  CHECK(find("stream_owned") == 0.0);
  CHECK_FALSE(find("lag_seconds"));
  elsewhere = false;
  CHECK(find("stream_owned") == 0.0);
  CHECK(find("lag_seconds") == 1000.0);
  plan.shows = {};
  telemetry.Configure(plan);
  CHECK_FALSE(find("lag_seconds"));
}

TEST_CASE("another configuration takes away and adds, and the rest goes on counting") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  telemetry.Stream("acme", "audit", Busy(1));
  telemetry.RequestDuration("acme", milliseconds(200));
  telemetry.RequestDuration("beta", milliseconds(200));
  telemetry.Published("siem", milliseconds(30), "");
  telemetry.Budget("beta", {3.0, 3.5, milliseconds(1500)});
  TelemetryPlan plan = Plan();
  plan.tenants.pop_back();
  plan.tenants.push_back({"gamma", {"audit"}, {"lake"}, std::nullopt});
  plan.tenants[0].sinks = plan.sinks = {"lake"};
  telemetry.Configure(plan);
  telemetry.Stream("beta", "audit", Busy(1));  // a last step that comes late
  const std::string text = telemetry.Render();
  CHECK(text.find("beta") == std::string::npos);
  CHECK(text.find(R"(publish_duration_seconds_count{sink="siem"})") == std::string::npos);
  const auto samples = Samples(telemetry);
  CHECK(Find(samples, R"(events_received_total{tenant="acme",stream="audit"})") == 100.0);
  CHECK(Find(samples, R"(request_duration_seconds_count{tenant="acme"})") == 1.0);
  CHECK(Find(samples, R"(events_received_total{tenant="gamma",stream="audit"})") == 0.0);
  CHECK(Find(samples, R"(throttled_seconds_total{tenant="gamma"})") == 0.0);
}

TEST_CASE("a configuration that is no good leaves the time of the one that runs") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  CHECK_FALSE(Find(Samples(telemetry), "config_last_reload_successful"));
  telemetry.ConfigRead(true, WallTime(seconds(1'700'000'000)));
  telemetry.ConfigRead(false, WallTime(seconds(1'700'000'100)));
  CHECK(Find(Samples(telemetry), "config_last_reload_successful") == 0.0);
  CHECK(Find(Samples(telemetry), "config_last_reload_timestamp_seconds") == 1.7e9);
}

TEST_CASE("budget, sinks and state are shown as last heard") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  telemetry.Budget("acme", {3.0, 3.5, milliseconds(1500)});
  telemetry.Published("siem", milliseconds(30), "unavailable");
  telemetry.Truncated("siem", 2);
  telemetry.Truncated("siem", 3);
  telemetry.Repaired("siem", 4);
  telemetry.RequestDuration("acme", milliseconds(200));
  telemetry.EventDelay("acme", seconds(31), 1000);
  telemetry.StateCommitted(milliseconds(2), true);
  telemetry.StateCommitted(milliseconds(2), false);
  auto samples = Samples(telemetry);
  CHECK(Find(samples, R"(rate_limit_remaining{tenant="acme"})") == 3.0);
  CHECK(Find(samples, R"(request_budget_per_second{tenant="acme"})") == 3.5);
  CHECK(Find(samples, R"(throttled_seconds_total{tenant="acme"})") == 1.5);
  CHECK(Find(samples, R"(sink_up{sink="siem"})") == 0.0);
  CHECK(Find(samples, R"(sink_errors_total{sink="siem",reason="unavailable"})") == 1.0);
  CHECK(Find(samples, R"(events_truncated_total{sink="siem"})") == 5.0);
  CHECK(Find(samples, R"(events_repaired_total{sink="siem"})") == 4.0);
  CHECK(Find(samples, R"(request_duration_seconds_bucket{tenant="acme",le="0.1"})") == 0.0);
  CHECK(Find(samples, R"(request_duration_seconds_bucket{tenant="acme",le="0.25"})") == 1.0);
  CHECK(Find(samples, R"(event_delay_seconds_sum{tenant="acme"})") == 31'000.0);
  CHECK(Find(samples, R"(event_delay_seconds_bucket{tenant="acme",le="30"})") == 0.0);
  CHECK(Find(samples, R"(event_delay_seconds_bucket{tenant="acme",le="45"})") == 1000.0);
  CHECK(Find(samples, "state_commit_duration_seconds_count") == 2.0);
  CHECK(Find(samples, "state_commit_errors_total") == 1.0);
  telemetry.Published("siem", milliseconds(30), "");
  samples = Samples(telemetry);
  CHECK(Find(samples, R"(sink_up{sink="siem"})") == 1.0);
  CHECK(Find(samples, R"(sink_publish_duration_seconds_count{sink="siem"})") == 2.0);
}

TEST_CASE("a bound of a bucket belongs to it, and what is below 0 counts as 0") {
  const auto [value, counts] =
      GENERATE(table<double, std::array<std::uint64_t, 3>>({{-5, {1, 1, 1}},
                                                            {0, {1, 1, 1}},
                                                            {1, {1, 1, 1}},
                                                            {1.5, {0, 1, 1}},
                                                            {2, {0, 1, 1}},
                                                            {2.5, {0, 0, 1}}}));
  Histograms histograms({1, 2});
  histograms.Observe("x", Histograms::Seconds(value), 1);
  const auto sample = histograms.Collect().at("x").histogram;
  REQUIRE(sample.bucket.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(sample.bucket[i].cumulative_count == counts[i]);
  CHECK(sample.sample_count == 1);
  CHECK(sample.sample_sum == std::max(value, 0.0));
}

TEST_CASE("users are told of where they are asked for, and a picture when there is one") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  IdentitySnapshot snapshot;
  snapshot.requests = {{"403", 2}};
  telemetry.Identities("acme", snapshot);
  auto samples = Samples(telemetry);
  CHECK(Find(samples, R"(identity_requests_total{tenant="acme",code="403"})") == 2);
  CHECK(Find(samples, R"(identity_walks_total{tenant="acme",result="moved"})") == 0);
  CHECK(Find(samples, R"(identities_blocked{tenant="acme",reason="too_many"})") == 0);
  for (const char* name : {"identities_up", "identity_picture_timestamp_seconds",
                           "identity_fresh_until_timestamp_seconds", "identity_users"}) {
    CHECK_FALSE(Find(samples, std::string(name) + R"({tenant="acme"})"));
  }
  for (const auto& [name, value] : samples) {
    CHECK((name.find("identit") == std::string::npos || name.find("beta") == std::string::npos));
  }
  snapshot.up = false;
  snapshot.blocked_reason = "too_many";
  snapshot.taken = WallSeconds(seconds(1'700'000'000));
  snapshot.fresh_until = WallSeconds(seconds(1'700'007'300));
  snapshot.users = 31;
  snapshot.groups = 4;
  snapshot.bytes = 5'000;
  telemetry.Identities("acme", snapshot);
  samples = Samples(telemetry);
  CHECK(Find(samples, R"(identities_up{tenant="acme"})") == 0);
  CHECK(Find(samples, R"(identities_blocked{tenant="acme",reason="too_many"})") == 1);
  CHECK(Find(samples, R"(identity_picture_timestamp_seconds{tenant="acme"})") == 1.7e9);
  CHECK(Find(samples, R"(identity_fresh_until_timestamp_seconds{tenant="acme"})") == 1'700'007'300);
  CHECK(Find(samples, R"(identity_users{tenant="acme"})") == 31);
  CHECK(Find(samples, R"(identity_groups{tenant="acme"})") == 4);
  CHECK(Find(samples, R"(identity_bytes{tenant="acme"})") == 5'000);
}

TEST_CASE("the process is described as by every other client") {
  const FixedClock clock;
  const auto samples = Samples(PrometheusTelemetry(Plan(), clock));
  CHECK(Find(samples, "process_resident_memory_bytes").value_or(0) > 1e6);
  CHECK(Find(samples, "process_virtual_memory_bytes").value_or(0) > 1e6);
  CHECK(Find(samples, "process_cpu_seconds_total").has_value());
  CHECK(Find(samples, "process_open_fds").value_or(0) >= 3);
  CHECK(Find(samples, "process_max_fds").value_or(0) >= 3);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  CHECK(Find(samples, "process_start_time_seconds").value_or(0) ==
        Approx(now).margin(600).epsilon(0));
}

TEST_CASE("promtool has nothing to say against the page") {
  const FixedClock clock;
  PrometheusTelemetry telemetry(Plan(), clock);
  StreamSnapshot snapshot = Busy(7);
  snapshot.delivered_until = WallSeconds(seconds(1'700'000'000));
  snapshot.checkpoint = WallTime(seconds(1'700'000'000));
  snapshot.clock_skew = milliseconds(1);
  snapshot.up = false;
  snapshot.blocked_reason = "forbidden \\ \" \n";
  telemetry.Stream("acme", "audit", snapshot);
  telemetry.Budget("acme", {3.0, 3.5, milliseconds(1500)});
  telemetry.Published("siem", milliseconds(30), "");
  IdentitySnapshot identities;
  identities.up = true;
  identities.taken = WallSeconds(seconds(1'700'000'000));
  telemetry.Identities("acme", identities);
  std::string page = (std::filesystem::temp_directory_path() / "nsf-metrics-XXXXXX").string();
  const int fd = ::mkstemp(page.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  std::ofstream(page) << telemetry.Render();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread is left
  const int status = std::system(("promtool check metrics < '" + page + "'").c_str());
  std::filesystem::remove(page);
  CHECK(status == 0);
}

}  // namespace
}  // namespace nsf::testing
