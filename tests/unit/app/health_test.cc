// SPDX-License-Identifier: Apache-2.0
// The state of a stream as a table; since when it is so; readiness and liveness.
#include "core/health/health.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "app/health.h"
#include "app/status/health_text.h"

namespace nsf {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonotonicTime kNow{std::chrono::hours(10)};

MonotonicTime Ago(std::chrono::nanoseconds time) { return kNow - time; }

// A stream that polls every 30 s, and all is well.
HealthFacts Well() {
  HealthFacts facts;
  facts.heard_at = Ago(seconds(10));
  facts.tried = facts.caught_up = true;
  facts.lag = seconds(90);
  return facts;
}

TEST_CASE("health is judged by what is known") {
  struct Row {
    const char* what;
    std::function<void(HealthFacts&)> change;
    StreamState state;
    const char* reason;
  };
  const Row rows[] = {
      {"well", [](HealthFacts&) {}, StreamState::kHealthy, ""},
      {"not tried", [](HealthFacts& f) { f.tried = f.caught_up = false; }, StreamState::kCatchingUp,
       "starting"},
      {"a backlog", [](HealthFacts& f) { f.caught_up = false; }, StreamState::kCatchingUp,
       "backlog"},
      {"a lag as of settling", [](HealthFacts& f) { f.lag = minutes(15); }, StreamState::kHealthy,
       ""},
      {"behind", [](HealthFacts& f) { f.lag = minutes(16); }, StreamState::kCatchingUp, "behind"},
      {"a slow poll is not behind",
       [](HealthFacts& f) {
         f.poll_interval = minutes(10);
         f.lag = minutes(29);
       },
       StreamState::kHealthy, ""},
      {"blocked", [](HealthFacts& f) { f.blocked_reason = "forbidden"; }, StreamState::kBlocked,
       "forbidden"},
      {"blocked is said before all else",
       [](HealthFacts& f) {
         f.blocked_reason = "unauthorized";
         f.undelivered_since = f.unanswered_since = Ago(minutes(10));
       },
       StreamState::kBlocked, "unauthorized"},
      {"an error that passes", [](HealthFacts& f) { f.unanswered_since = Ago(seconds(89)); },
       StreamState::kHealthy, ""},
      {"no answer", [](HealthFacts& f) { f.unanswered_since = Ago(seconds(90)); },
       StreamState::kStalled, "tenant"},
      {"no answer, asked often",
       [](HealthFacts& f) {
         f.poll_interval = seconds(1);
         f.unanswered_since = Ago(seconds(60));
       },
       StreamState::kStalled, "tenant"},
      {"a sink that passes", [](HealthFacts& f) { f.undelivered_since = Ago(seconds(89)); },
       StreamState::kHealthy, ""},
      {"a sink", [](HealthFacts& f) { f.undelivered_since = Ago(seconds(90)); },
       StreamState::kStalled, "sink"},
      {"the state",
       [](HealthFacts& f) {
         f.undelivered_since = Ago(seconds(90));
         f.waits_for = "state";
       },
       StreamState::kStalled, "state"},
      {"limited",
       [](HealthFacts& f) {
         f.limited_since = Ago(minutes(5));
         f.limited_until = kNow + seconds(1);
       },
       StreamState::kThrottled, "rate_limited"},
      {"limited once",
       [](HealthFacts& f) {
         f.limited_since = Ago(minutes(5));
         f.limited_until = kNow;
       },
       StreamState::kHealthy, ""},
      {"limited, while a sink is away",
       [](HealthFacts& f) {
         f.limited_since = Ago(minutes(5));
         f.limited_until = kNow + seconds(1);
         f.undelivered_since = Ago(minutes(2));
       },
       StreamState::kStalled, "sink"},
      {"told to wait for an hour",
       [](HealthFacts& f) {
         f.heard_at = f.limited_since.emplace(Ago(minutes(59)));
         f.limited_until = kNow + minutes(1);
       },
       StreamState::kThrottled, "rate_limited"},
      {"the hour is over, and it has not asked yet",
       [](HealthFacts& f) {
         f.heard_at = f.limited_since.emplace(Ago(minutes(61)));
         f.limited_until = Ago(seconds(1));
       },
       StreamState::kHealthy, ""},
      {"a request that hangs", [](HealthFacts& f) { f.heard_at = Ago(seconds(269)); },
       StreamState::kHealthy, ""},
      {"silence", [](HealthFacts& f) { f.heard_at = Ago(seconds(270)); }, StreamState::kStalled,
       "silent"},
      {"silence from the start",
       [](HealthFacts& f) {
         f.tried = f.caught_up = false;
         f.heard_at = Ago(seconds(270));
       },
       StreamState::kStalled, "silent"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    HealthFacts facts = Well();
    row.change(facts);
    const HealthVerdict verdict = JudgeHealth(facts, kNow);
    CHECK(StreamStateName(verdict.state) == StreamStateName(row.state));
    CHECK(verdict.reason == row.reason);
    const StreamHealth health{verdict.state, verdict.reason, {}};
    CHECK_FALSE(HealthText(health).empty());
  }
}

TEST_CASE("a state is told since it began, not since somebody asked") {
  const auto at = [](int second) {
    return Now{WallTime(seconds(1'000'000 + second)), MonotonicTime(seconds(second))};
  };
  HealthHistory history;
  CHECK(history.Note({StreamState::kHealthy, "", {}}, at(100)).since == at(100).wall);
  CHECK(history.Note({StreamState::kHealthy, "", {}}, at(200)).since == at(100).wall);
  // The facts know it better.
  const HealthVerdict stalled{StreamState::kStalled, "sink", MonotonicTime(seconds(210))};
  CHECK(history.Note(stalled, at(300)).since == at(210).wall);
  CHECK(history.Note(stalled, at(400)).since == at(210).wall);
  const HealthVerdict other{StreamState::kStalled, "state", MonotonicTime(seconds(350))};
  CHECK(history.Note(other, at(400)).since == at(350).wall);
  CHECK(history.Note({StreamState::kHealthy, "", {}}, at(500)).since == at(500).wall);
}

TEST_CASE("ready: each has tried once, not all are blocked, and the state can be written") {
  struct Row {
    const char* what;
    std::vector<StreamReadiness> streams;
    bool was_ready;
    const char* tenant;
    bool ready;
  };
  const StreamReadiness fine{"acme", "audit", true, "", false};
  const StreamReadiness fresh{"beta", "audit", false, "", false};
  const StreamReadiness blocked{"gamma", "audit", true, "unauthorized", false};
  const StreamReadiness stateless{"delta", "audit", true, "", true};
  std::vector<StreamReadiness> many(79, fine);
  many.push_back(blocked);
  const Row rows[] = {
      {"all streams are other instances'", {}, false, "", true},
      {"a tenant that is not here", {}, false, "acme", false},
      {"one that works", {fine}, false, "", true},
      {"one has not tried", {fine, fresh}, false, "", false},
      {"one came later", {fine, fresh}, true, "", true},
      {"one token of eighty", many, false, "", true},
      {"the tenant of that token", many, false, "gamma", false},
      {"another tenant", many, false, "acme", true},
      {"all are blocked", {blocked, blocked}, true, "", false},
      {"the state is unusable", {fine, stateless}, true, "", false},
      {"no such tenant", {fine}, true, "zeta", false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const HealthAnswer answer = ReadyAnswer(row.streams, row.was_ready, row.tenant);
    CHECK(answer.ok == row.ready);
    CHECK((answer.text == "ok") == row.ready);
  }
}

TEST_CASE("alive: the loop made a step within a minute") {
  CHECK(LoopHealth(Ago(seconds(59)), kNow).ok);
  CHECK_FALSE(LoopHealth(Ago(seconds(60)), kNow).ok);
}

}  // namespace
}  // namespace nsf
