// SPDX-License-Identifier: Apache-2.0
// Which events there are and when they can be seen: the same for one seed, however one looks.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool SameEvents(const Tenant& a, const Tenant& b) {
  if (a.visible() != b.visible()) return false;
  for (EventNumber i = 0; i < a.visible(); ++i) {
    const Event& x = a.event(i);
    const Event& y = b.event(i);
    const bool same = x.timestamp == y.timestamp && x.insertion == y.insertion &&
                      x.visible == y.visible && a.NameOf(i) == b.NameOf(i);
    if (!same) return false;
  }
  return true;
}

TEST_CASE("one seed gives one tenant, to the byte; another seed gives another") {
  Tenant one(MakeSettings("events=1000 seed=7"), kAnchor);
  Tenant same(MakeSettings("events=1000 seed=7"), kAnchor);
  Tenant other(MakeSettings("events=1000 seed=8"), kAnchor);
  const Request request = Get(WholeWindow() + "&limit=1000");
  const std::string body = one.Handle(request, kAnchor).body;
  CHECK(body == same.Handle(request, kAnchor).body);
  CHECK(body != other.Handle(request, kAnchor).body);
  CHECK(AsSet(TrueIds(one)) != AsSet(TrueIds(other)));
}

TEST_CASE("what becomes visible does not depend on how often one looks") {
  const Settings settings = MakeSettings(
      "events=500 live=7.3 hidden_percent=30 hidden_for=90s late_percent=10 late_by=2h "
      "burst_events=50 burst_after=20s");
  const Time end = kAnchor + minutes(3);
  Tenant at_once(settings, kAnchor);
  at_once.Advance(end);
  Tenant in_steps(settings, kAnchor);
  for (Time now = kAnchor; now < end; now += milliseconds(77)) in_steps.Advance(now);
  in_steps.Advance(end);
  CHECK(at_once.visible() > 1500);
  CHECK(SameEvents(at_once, in_steps));
}

TEST_CASE("the backlog lies within its span before the start, insertion after event") {
  for (const char* text : {"events=5000", "events=5000 span=10s", "events=1", "events=7 span=0s",
                           "events=5000 lag_max=0s"}) {
    CAPTURE(text);
    const Settings settings = MakeSettings(text);
    Tenant tenant(settings, kAnchor);
    tenant.Advance(kAnchor);
    REQUIRE(tenant.visible() == settings.events);
    Time before{};
    for (EventNumber i = 0; i < tenant.visible(); ++i) {
      const Event& event = tenant.event(i);
      const auto lag = event.insertion - event.timestamp;
      const bool holds = event.insertion <= event.visible && event.visible <= kAnchor &&
                         event.visible >= before && event.visible >= kAnchor - settings.span &&
                         lag >= seconds(0) && lag <= settings.lag_max;
      REQUIRE(holds);
      before = event.visible;
    }
  }
}

TEST_CASE("events share seconds, and the usual lags all occur") {
  Tenant tenant(MakeSettings("events=2000"), kAnchor);
  tenant.Advance(kAnchor);
  std::set<std::chrono::sys_seconds> seconds_seen;
  std::set<std::int64_t> lags;
  for (EventNumber i = 0; i < tenant.visible(); ++i) {
    seconds_seen.insert(tenant.event(i).timestamp);
    lags.insert((tenant.event(i).insertion - tenant.event(i).timestamp).count());
  }
  CHECK(seconds_seen.size() < 1950);
  CHECK(*lags.begin() == 0);
  CHECK(*lags.rbegin() > 250);
  CHECK(lags.size() > 60);
}

TEST_CASE("live events appear at their rate, when they are inserted") {
  struct Case {
    const char* settings;
    milliseconds after;
    std::size_t visible;
  };
  const Case cases[] = {
      {"live=10", milliseconds(0), 0},
      {"live=10", milliseconds(99), 0},
      {"live=10", milliseconds(100), 1},
      {"live=10", seconds(60), 600},
      {"live=0.5", milliseconds(1999), 0},
      {"live=0.5", seconds(2), 1},
      {"live=2000", seconds(10), 20000},
      {"live=0", hours(5), 0},
      {"events=40 live=1", seconds(10), 50},
      {"burst_events=500 burst_after=5s", seconds(5), 500},
      {"burst_events=500 burst_after=5s", milliseconds(4999), 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings, c.after.count());
    Tenant tenant(MakeSettings(c.settings), kAnchor);
    tenant.Advance(kAnchor + c.after);
    CHECK(tenant.visible() == c.visible);
    for (EventNumber i = 0; i < tenant.visible(); ++i) {
      REQUIRE(tenant.event(i).visible <= kAnchor + c.after);
    }
  }
}

TEST_CASE("hidden rows show later than their insertion says") {
  Tenant tenant(MakeSettings("live=10 hidden_percent=20 hidden_for=90s"), kAnchor);
  tenant.Advance(kAnchor + minutes(10));
  std::size_t hidden = 0;
  for (EventNumber i = 0; i < tenant.visible(); ++i) {
    if (tenant.event(i).visible - tenant.event(i).insertion >= seconds(90)) ++hidden;
  }
  CHECK(hidden > tenant.visible() / 10);
  CHECK(hidden < tenant.visible() / 3);
}

TEST_CASE("late rows are inserted long after their event") {
  Tenant tenant(MakeSettings("events=2000 late_percent=5 late_by=2h"), kAnchor);
  tenant.Advance(kAnchor);
  std::size_t late = 0;
  for (EventNumber i = 0; i < tenant.visible(); ++i) {
    if (tenant.event(i).insertion - tenant.event(i).timestamp == hours(2)) ++late;
  }
  CHECK(late > 50);
  CHECK(late < 200);
}

TEST_CASE("a tenant's clock may differ from ours") {
  Tenant ahead(MakeSettings("clock_offset=1h events=100"), kAnchor);
  const Answer answer = ahead.Handle(Get(WholeWindow()), kAnchor);
  CHECK(answer.headers[0].second == HttpDate(kAnchor + hours(1)));
  CHECK(ahead.event(99).visible > kAnchor);
}

}  // namespace
}  // namespace nsf_simulator
