// SPDX-License-Identifier: Apache-2.0
// A stream in virtual time: everything that is visible arrives, once, through crashes and outages.
#include "pipeline/stream/stream.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "core/state/keys.h"
#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// `count` rows, one each `step` from `from`.
void Fill(FakeTenant* tenant, WallSeconds from, int count, seconds step,
          const std::string& prefix = "e") {
  for (int i = 0; i < count; ++i) {
    tenant->rows.push_back({prefix + std::to_string(i), from + i * step, std::nullopt, ""});
  }
}

TEST_CASE("a backlog and what follows arrive once, in windows and at the edge") {
  VirtualRun run(AcmeSettings());
  Fill(&run.tenant, run.second() - hours(20), 2'500, seconds(25));
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 2'500);

  Fill(&run.tenant, run.second() + seconds(1), 1'000, seconds(2), "live");
  run.For(hours(2));
  CheckDelivered(run, 3'500);
  CHECK(run.snapshot().pending == 0);
  CHECK(run.snapshot().windows.at("whole") > 0);
  CHECK(run.snapshot().windows.count("moved") == 0);
  // Everything visible until the last poll is delivered.
  CHECK(run.second() - *run.snapshot().delivered_until <= seconds(32));
}

TEST_CASE("an event at the edge leaves within a poll interval") {
  VirtualRun run(AcmeSettings());
  REQUIRE(run.UntilCaughtUp());
  run.tenant.rows.push_back({"now", run.second() + seconds(1), std::nullopt, ""});
  CHECK(run.Until([&] { return run.delivered.count("now") == 1; }, seconds(33)));
}

TEST_CASE("an event leaves in time beside streams that want all of the budget") {
  StreamSettings settings = AcmeSettings();
  settings.poll_interval = seconds(5);
  settings.windows.length = seconds(10);
  settings.windows.settle = seconds(2);
  settings.revisit = {seconds(12), seconds(30), seconds(60)};
  VirtualRun run(settings);
  REQUIRE(run.UntilCaughtUp());
  // What they look for is new, so what is looked at again waits for them.
  std::array<int, 2> others{};
  run.rivals = [&others](MonotonicTime now, Budget& budget) {
    for (int& other : others) {
      while (!budget.Attempt(now, &other)) ++other;
    }
  };
  Fill(&run.tenant, run.second() + seconds(1), 300, seconds(1));
  seconds longest{0};
  for (int second = 0; second < 320; ++second) {
    run.For(seconds(1));
    const auto first =
        std::find_if(run.tenant.rows.begin(), run.tenant.rows.end(),
                     [&run](const FakeRow& row) { return run.delivered.count(row.id) == 0; });
    if (first != run.tenant.rows.end()) {
      longest = std::max(longest, run.second() - first->insertion);
    }
  }
  CheckDelivered(run, 300);
  CAPTURE(longest.count());
  CHECK(longest <= seconds(9));
  CHECK(run.snapshot().windows.at("whole") >= 10);
  CHECK(others[0] > 100);
}

TEST_CASE(
    "rows that come in faster than pages are turned are up to date, and no sign of anything") {
  VirtualRun run(AcmeSettings());
  run.tenant.newest_first = true;
  run.request_takes = milliseconds(1'200);
  REQUIRE(run.UntilCaughtUp());
  Fill(&run.tenant, run.second() + seconds(1), 3'000, seconds(1));
  for (int i = 0; i < 40; ++i) {
    run.For(minutes(1));
    CHECK(run.second() - *run.snapshot().delivered_until <= seconds(40));
  }
  for (const Notice& notice : run.notices) {
    CHECK(notice.text.find("a page came twice") == std::string::npos);
  }
  run.For(minutes(30));
  CheckDelivered(run, 3'000);
}

TEST_CASE("a row that is inserted late into the open time is found") {
  VirtualRun run(AcmeSettings());
  REQUIRE(run.UntilCaughtUp());
  const WallSeconds past = run.second() - seconds(20);
  run.For(seconds(10));
  run.tenant.rows.push_back({"late", past, std::nullopt, ""});
  CHECK(run.Until([&] { return run.delivered.count("late") == 1; }, seconds(60)));
}

TEST_CASE("a quiet stream writes nothing and asks little") {
  VirtualRun run(AcmeSettings());
  REQUIRE(run.UntilCaughtUp());
  run.For(minutes(10));
  const auto asked = run.tenant.targets.size();
  const int commits = run.commits;
  run.For(hours(1));
  const auto polls = 120u;
  CHECK(run.tenant.targets.size() - asked <= std::size_t{2} * polls);
  // One for each window closed, and one for each walk of those due for a revisit.
  CHECK(run.commits - commits <= 28);
}

TEST_CASE("nothing is lost to a crash, and at most a batch a crash is repeated") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    StreamSettings settings = AcmeSettings();
    settings.batch.events = 150;
    VirtualRun run(settings, seed);
    Fill(&run.tenant, run.second() - hours(5), 1'500, seconds(12));
    Fill(&run.tenant, run.second(), 300, seconds(3), "live");
    std::mt19937_64 dice(seed);
    run.crash = [&] { return run.restarts < 25 && dice() % 4 == 0; };
    run.For(minutes(40));
    REQUIRE(run.delivered.size() == 1'800);
    int repeats = 0;
    for (const auto& [id, times] : run.delivered) repeats += times - 1;
    REQUIRE(repeats <= run.restarts * 150);
    REQUIRE(run.Failures() == "");
  }
}

TEST_CASE("a failing sink stops the asking, loses nothing, repeats nothing") {
  VirtualRun run(AcmeSettings());
  Fill(&run.tenant, run.second() - hours(20), 2'000, seconds(30));
  int failures = 0;
  run.commit_fails = [&](Batch&) -> std::optional<Error> {
    if (++failures > 30) return std::nullopt;
    return Error{ErrorKind::kRetry, "the broker is away"};
  };
  REQUIRE(run.Until([&] { return failures == 15; }, hours(1)));
  const auto asked = run.tenant.targets.size();
  CHECK(run.stream().failing_since());
  CHECK_THAT(run.snapshot().last_error, Catch::Contains("the broker is away"));
  CHECK(run.snapshot().delivered_until == std::nullopt);
  run.Until([&] { return failures == 25; }, hours(1));
  CHECK(run.tenant.targets.size() - asked <= 2);
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 2'000);
  CHECK_FALSE(run.stream().failing_since());
}

TEST_CASE("pages are asked for ahead of a slow tenant, and not while the sinks are busy") {
  const bool is_slow_tenant = GENERATE(true, false);
  StreamSettings settings = AcmeSettings();
  settings.batch.events = 600;  // a page is a part
  VirtualRun run(settings);
  run.request_takes = seconds(2);
  run.commit_takes = is_slow_tenant ? milliseconds(10) : milliseconds(6'000);
  Fill(&run.tenant, run.second() - hours(20), 4'000, seconds(15));
  REQUIRE(run.UntilCaughtUp());
  CheckDelivered(run, 4'000);
  INFO(run.most_asked << " requests at a time");
  CHECK((is_slow_tenant ? run.most_asked >= 3 : run.most_asked <= 2));
}

TEST_CASE("whichever batch fails, nothing overtakes it and nothing is repeated") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    StreamSettings settings = AcmeSettings();
    settings.batch.events = 40;
    VirtualRun run(settings, seed);
    run.commit_takes = seconds(3);
    Fill(&run.tenant, run.second() - hours(20), 1'000, seconds(60));
    std::mt19937_64 dice(seed);
    int failures = 0;
    run.commit_fails = [&](Batch&) -> std::optional<Error> {
      if (failures >= 30 || dice() % 3 != 0) return std::nullopt;
      ++failures;
      return Error{ErrorKind::kRetry, "the broker is away"};
    };
    REQUIRE(run.UntilCaughtUp());
    REQUIRE(failures == 30);
    REQUIRE(run.most_under_way == 6);
    CheckDelivered(run, 1'000);
    CHECK_FALSE(run.stream().failing_since());
    CHECK(run.snapshot().pending == 0);
  }
}

TEST_CASE("nothing is told as delivered while it is only on its way") {
  StreamSettings settings = AcmeSettings();
  settings.batch.events = 40;
  VirtualRun run(settings);
  run.commit_takes = seconds(5);
  const WallSeconds from = run.second() - hours(20);
  Fill(&run.tenant, from, 200, seconds(300));
  std::size_t told = 0;
  REQUIRE(run.Until(
      [&] {
        const StreamSnapshot& snapshot = run.snapshot();
        const WallSeconds missing = from + static_cast<int>(run.delivered.size()) * seconds(300);
        const bool all = run.delivered.size() == 200;
        if (snapshot.delivered_until && !all) {
          ++told;
          CHECK(*snapshot.delivered_until <= missing);
        }
        CHECK((all || !snapshot.caught_up));
        return snapshot.caught_up;
      },
      hours(1)));
  CHECK(told > 0);
  CHECK(run.most_under_way == 6);
}

TEST_CASE("a batch is bounded in events and in bytes") {
  StreamSettings settings = AcmeSettings();
  settings.batch.events = 60;
  VirtualRun by_events(settings);
  Fill(&by_events.tenant, by_events.second() - hours(1), 1'000, seconds(3));
  REQUIRE(by_events.UntilCaughtUp());
  CheckDelivered(by_events, 1'000);
  CHECK(by_events.most_unsettled == 60);

  settings.batch.events = 10'000;
  settings.batch.bytes = 2'000;
  VirtualRun by_bytes(settings);
  Fill(&by_bytes.tenant, by_bytes.second() - hours(1), 1'000, seconds(3));
  REQUIRE(by_bytes.UntilCaughtUp());
  CheckDelivered(by_bytes, 1'000);
  CHECK(by_bytes.most_unsettled < 30);
}

TEST_CASE("equal rows without id are as many events as they are rows") {
  VirtualRun run(AcmeSettings());
  const WallSeconds when = run.second() - minutes(30);
  for (int i = 0; i < 5; ++i) run.tenant.rows.push_back({"", when, std::nullopt, ""});
  run.tenant.rows.push_back({"", when, std::nullopt, ",\"user\":\"x\""});
  REQUIRE(run.UntilCaughtUp());
  run.For(hours(1));
  CheckDelivered(run, 6);
}

TEST_CASE("rows before the first start are counted, not delivered") {
  StreamSettings settings = AcmeSettings();
  settings.start = hours(1);
  VirtualRun run(settings);
  // The window is asked for a second early.
  run.tenant.rows.push_back({"before", run.second() - hours(1) - seconds(1), std::nullopt, ""});
  run.tenant.rows.push_back({"at", run.second() - hours(1), std::nullopt, ""});
  REQUIRE(run.UntilCaughtUp());
  CHECK(run.delivered.count("before") == 0);
  CHECK(run.delivered.count("at") == 1);
  CHECK(run.snapshot().out_of_window == 1);
}

TEST_CASE("a changed row is counted, not delivered again") {
  VirtualRun run(AcmeSettings());
  REQUIRE(run.UntilCaughtUp());
  run.tenant.rows.push_back({"a", run.second(), std::nullopt, ""});
  run.For(seconds(40));
  REQUIRE(run.delivered["a"] == 1);
  run.tenant.rows.back().extra = ",\"user\":\"other\"";
  run.For(minutes(10));
  CHECK(run.delivered["a"] == 1);
  CHECK(run.snapshot().changed == 1);
}

TEST_CASE("the tenant's clock counts, not ours") {
  for (const seconds ahead : {seconds(hours(2)), seconds(-hours(2)), seconds(hours(48))}) {
    INFO(ahead.count());
    VirtualRun run(AcmeSettings());
    run.tenant.clock_ahead = ahead;
    Fill(&run.tenant, run.second() + ahead - hours(3), 500, seconds(20));
    REQUIRE(run.UntilCaughtUp());
    Fill(&run.tenant, run.second() + ahead + seconds(1), 200, seconds(5), "live");
    run.For(hours(1));
    CheckDelivered(run, 700);
    CHECK(std::chrono::abs(*run.snapshot().clock_skew - milliseconds(ahead)) < seconds(2));
  }
}

TEST_CASE("a tenant that states no total, clamps its pages or dates no answer is served") {
  VirtualRun run(AcmeSettings());
  run.tenant.states_total = false;
  run.tenant.most_rows = 7;
  run.tenant.dated = false;
  Fill(&run.tenant, run.second() - hours(3), 500, seconds(20));
  run.For(hours(3));
  Fill(&run.tenant, run.second() + seconds(1), 100, seconds(5), "live");
  run.For(hours(1));
  CheckDelivered(run, 600);
}

TEST_CASE("each dialect is walked as it is pinned") {
  struct Row {
    Dialect dialect;
    bool newest_first, window;
  };
  const Row rows[] = {
      {{PageParameter::kOffset, WindowKind::kInsertion}, true, true},
      {{PageParameter::kSkip, WindowKind::kEvent}, false, true},
      {{PageParameter::kSkip, WindowKind::kNone}, false, false},
      {{PageParameter::kSkip, WindowKind::kNone}, true, false},
  };
  for (const Row& row : rows) {
    StreamSettings settings = AcmeSettings();
    settings.pins = {row.dialect.parameter, row.dialect.window, row.dialect.order};
    VirtualRun run(settings);
    run.tenant.newest_first = row.newest_first;
    run.tenant.honours_insertion = run.tenant.honours_event = row.window;
    run.tenant.honours_skip = row.dialect.parameter == PageParameter::kSkip;
    run.tenant.honours_offset = !run.tenant.honours_skip;
    Fill(&run.tenant, run.second() - hours(3), 500, seconds(20));
    Fill(&run.tenant, run.second(), 300, seconds(5), "live");
    INFO(static_cast<int>(row.dialect.window));
    run.For(hours(1));
    CheckDelivered(run, 800);
  }
}

TEST_CASE("the ledger's ids are dropped after the last revisit, and proofs stay") {
  VirtualRun run(AcmeSettings());
  Fill(&run.tenant, run.second() - hours(20), 2'000, seconds(30));
  Fill(&run.tenant, run.second(), 2'000, seconds(10), "live");
  run.For(hours(32));
  CheckDelivered(run, 4'000);
  std::size_t ids = 0;
  std::size_t windows = 0;
  for (const auto& [key, value] : run.state) {
    ids += key.starts_with(IdsPrefix("acme", "audit")) ? 1U : 0U;
    windows += key.starts_with(WindowPrefix("acme", "audit")) ? 1U : 0U;
  }
  CHECK(ids == 0);
  CHECK(windows < 320);  // those of a day, and the joined ones before
  CHECK(run.snapshot().windows_incomplete == 0);
}

TEST_CASE("equal rows without id are as many events as there are") {
  VirtualRun run(AcmeSettings());
  // Two in each second, more than a page of them in a window.
  for (int i = 0; i < 400; ++i) {
    run.tenant.rows.push_back({"", run.second() - hours(2) + (i / 2) * seconds(1), {}, ""});
  }
  run.For(hours(2));
  CHECK(run.delivered.size() == 400);
  for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
  CHECK(run.snapshot().windows_incomplete == 0);
}

TEST_CASE("equal rows with neither id nor time are counted by their windows") {
  VirtualRun run(AcmeSettings());
  for (int i = 0; i < 6; ++i) {
    FakeRow row{"", run.second() - hours(2) + i * minutes(20) + seconds(7), {}, ""};
    row.timeless = true;
    run.tenant.rows.push_back(row);
  }
  FakeRow live{"", run.second() + minutes(3), {}, ""};
  live.timeless = true;
  run.tenant.rows.push_back(live);
  run.For(hours(30));
  CHECK(run.delivered.size() >= 7);  // a window that is halved may show one again
  CHECK(run.delivered.size() <= 9);
  CHECK(run.Failures() == "");
}

TEST_CASE("a stream refuses state that it cannot trust") {
  StreamSettings settings = AcmeSettings();
  const std::string key = CursorKey("acme", "audit");
  class NoRandom : public Random {
    double Uniform() override { return 0; }
  } random;
  Budget budget({240, 4});
  for (const StateEntry& entry :
       {StateEntry{key, "cursor/9 from the future"}, StateEntry{key, "rubbish"},
        StateEntry{WindowKey("acme", "audit", WallSeconds()), "rubbish"},
        StateEntry{IdsPrefix("acme", "audit") + "0000000000000003", "of another version"}}) {
    const std::map<std::string, std::string> entries{{entry.key, entry.value}};
    const auto stream = Stream::Create(settings, MapState(entries), budget, random);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().kind == ErrorKind::kStop);
    CHECK_THAT(stream.error().message, Catch::Contains(entry.key));
  }
}

}  // namespace
}  // namespace nsf::test
