// SPDX-License-Identifier: Apache-2.0
// Events that are alike, rows that come twice, rows that change, and those a request leaves.
#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Each row of the whole list as its bytes, with how often it stands there.
std::map<std::string, int> RowsOf(Tenant* tenant, Time now) {
  const std::string body = tenant->Handle(Get(WholeWindow() + "&limit=1000000"), now).body;
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  REQUIRE_FALSE(document.HasParseError());
  std::map<std::string, int> rows;
  for (EventNumber n = 0; n < tenant->visible(); ++n) {
    std::string row;
    tenant->rows().Append(n, tenant->event(n), tenant->Clock(now), &row);
    ++rows[row];
    CHECK(body.find(row) != std::string::npos);
  }
  CHECK(document["result"].Size() == tenant->visible());
  return rows;
}

int CountKind(const Tenant& tenant, EventKind kind) {
  int count = 0;
  for (EventNumber n = 0; n < tenant.visible(); ++n) {
    if (tenant.event(n).kind == kind) ++count;
  }
  return count;
}

TEST_CASE("equal rows differ by their ids alone; without ids they are equal to the byte") {
  struct Case {
    const char* settings;
    bool names_repeat;
  };
  for (const Case& c :
       {Case{"limit_max=1000000", false}, Case{"limit_max=1000000 odd_rows=no-id:1000", true}}) {
    CAPTURE(c.settings);
    Tenant tenant(MakeSettings("events=500 equal_percent=20 " + std::string(c.settings)), kAnchor);
    const auto rows = RowsOf(&tenant, kAnchor);
    const int equal = CountKind(tenant, EventKind::kEqual);
    CHECK(equal > 80);
    CHECK(tenant.visible() == 500 + static_cast<std::size_t>(equal));
    CHECK((AsSet(TrueIds(tenant)).size() < tenant.visible()) == c.names_repeat);
    CHECK((rows.size() < tenant.visible()) == c.names_repeat);
    const auto most = std::max_element(
        rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    CHECK(most->second == (c.names_repeat ? 3 : 1));
    for (EventNumber n = 0; n < tenant.visible(); ++n) {
      const Event& event = tenant.event(n);
      const Event& origin = tenant.event(event.origin);
      REQUIRE(event.timestamp == origin.timestamp);
      REQUIRE(event.insertion == origin.insertion);
      REQUIRE((event.origin == n) == (event.kind == EventKind::kOwn));
    }
  }
}

TEST_CASE("one step forward lets out all there is, however many are equal") {
  Tenant tenant(MakeSettings("events=70000 equal_percent=100 row_variety=1"), kAnchor);
  tenant.Advance(kAnchor);
  const std::size_t at_once = tenant.visible();
  CHECK(at_once > 150'000);
  tenant.Advance(kAnchor);
  CHECK(tenant.visible() == at_once);
}

TEST_CASE("equal rows may show later than the one they are equal to") {
  Tenant tenant(MakeSettings("events=200 live=2 equal_percent=50 equal_after=90s"), kAnchor);
  tenant.Advance(kAnchor + minutes(5));
  CHECK(CountKind(tenant, EventKind::kEqual) > 200);
  Time before{};
  for (EventNumber n = 0; n < tenant.visible(); ++n) {
    const Event& event = tenant.event(n);
    REQUIRE(event.visible >= before);
    before = event.visible;
    if (event.kind != EventKind::kEqual) continue;
    REQUIRE(event.visible == tenant.event(event.origin).visible + seconds(90));
  }
}

TEST_CASE("a repeated row is the same row twice, with one id") {
  Tenant tenant(MakeSettings("events=500 limit_max=1000000 repeated_percent=20"), kAnchor);
  const auto rows = RowsOf(&tenant, kAnchor);
  CHECK(CountKind(tenant, EventKind::kRepeated) > 60);
  CHECK(rows.size() == 500);
  CHECK(AsSet(TrueIds(tenant)).size() == 500);
}

TEST_CASE("a changed row has another count under its id, from its time on") {
  Tenant tenant(MakeSettings("events=500 limit_max=1000000 changed_percent=20 changed_after=60s "
                             "span=0s"),
                kAnchor);
  const auto before = RowsOf(&tenant, kAnchor + seconds(59));
  const auto after = RowsOf(&tenant, kAnchor + seconds(60));
  std::size_t changing = 0;
  for (EventNumber n = 0; n < 500; ++n) {
    if (tenant.rows().ChangesAt(tenant.event(n))) ++changing;
  }
  CHECK(changing > 60);
  CHECK(changing < 140);
  std::size_t differ = 0;
  for (const auto& [row, times] : after) differ += before.count(row) == 0 ? 1U : 0U;
  CHECK(differ == changing);
  CHECK(RowsOf(&tenant, kAnchor) == before);
}

TEST_CASE("a row without an id does not change: it would be another row") {
  for (const auto& [settings, changes] :
       {std::pair{"events=50 changed_percent=100", true},
        std::pair{"events=50 changed_percent=100 odd_rows=no-id:1000", false},
        std::pair{"events=50 changed_percent=100 odd_rows=absent:1000", false}}) {
    CAPTURE(settings);
    Tenant tenant(MakeSettings(settings), kAnchor);
    tenant.Advance(kAnchor);
    for (EventNumber n = 0; n < 50; ++n) {
      REQUIRE(tenant.rows().ChangesAt(tenant.event(n)).has_value() == changes);
    }
  }
}

TEST_CASE("requests that were answered leave events of their own") {
  Tenant tenant(MakeSettings("events=3 echo_percent=100"), kAnchor);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor).rows == 3);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor + seconds(1)).rows == 4);
  const Answer answer = tenant.Handle(Get(WholeWindow()), kAnchor + seconds(2));
  CHECK(answer.rows == 5);
  CHECK_THAT(answer.body, Catch::Contains("Rest API V2 Call"));
  CHECK(ParsePage(answer.body).ids.size() == 5);
  CHECK(tenant.event(4).timestamp == kAnchor + seconds(1));
  CHECK(AsSet(TrueIds(tenant)).size() == 5);

  Tenant refused(MakeSettings("events=3 echo_percent=100 faults=500:1000"), kAnchor);
  refused.Handle(Get(WholeWindow()), kAnchor);
  refused.Advance(kAnchor + minutes(1));
  CHECK(refused.visible() == 3);
}

TEST_CASE("rows dated ahead are inserted before they happened") {
  Tenant tenant(MakeSettings("events=1000 ahead_percent=10 ahead_by=6h"), kAnchor);
  tenant.Advance(kAnchor);
  int ahead = 0;
  for (EventNumber n = 0; n < 1000; ++n) {
    const auto lag = tenant.event(n).insertion - tenant.event(n).timestamp;
    if (lag < seconds(0)) {
      REQUIRE(lag == -std::chrono::hours(6));
      ++ahead;
    }
  }
  CHECK(ahead == Approx(100).margin(50));
}

TEST_CASE("batches are inserted and shown at once, at the border of their time") {
  Tenant tenant(MakeSettings("events=1000 span=1h live=1 batch_every=5m"), kAnchor);
  tenant.Advance(kAnchor + minutes(20));
  std::map<Time, int> batches;
  for (EventNumber n = 0; n < tenant.visible(); ++n) {
    const Event& event = tenant.event(n);
    ++batches[event.visible];
    REQUIRE(event.visible.time_since_epoch() % minutes(5) == seconds(0));
    REQUIRE(event.insertion == event.visible);
    REQUIRE(event.timestamp <= event.insertion);
  }
  CHECK(batches.size() == 16);
  CHECK(batches.rbegin()->second == 300);
}

TEST_CASE("crowds share one second") {
  Tenant tenant(MakeSettings("events=1000 crowd=300"), kAnchor);
  tenant.Advance(kAnchor);
  std::map<std::chrono::sys_seconds, int> by_timestamp;
  std::map<std::chrono::sys_seconds, int> by_insertion;
  for (EventNumber n = 0; n < 1000; ++n) {
    ++by_timestamp[tenant.event(n).timestamp];
    ++by_insertion[tenant.event(n).insertion];
  }
  CHECK(by_timestamp.size() == 4);
  CHECK(by_insertion.begin()->second == 300);
  CHECK(by_insertion.rbegin()->second == 100);
}

}  // namespace
}  // namespace nsf_simulator
