// SPDX-License-Identifier: Apache-2.0
// The order of the list, and what becomes of rows that share a second.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

std::vector<std::int64_t> Timestamps(Tenant* tenant, const char* query) {
  return ParsePage(tenant->Handle(Get(query), kAnchor).body).timestamps;
}

std::string Everything() { return WholeWindow() + "&limit=5000"; }

TEST_CASE("rows stand newest first, oldest first or in no order") {
  const std::string query = Everything();
  Tenant newest(MakeSettings("events=2000"), kAnchor);
  const auto down = Timestamps(&newest, query.c_str());
  CHECK(std::is_sorted(down.rbegin(), down.rend()));

  Tenant oldest(MakeSettings("events=2000 order=oldest"), kAnchor);
  const auto up = Timestamps(&oldest, query.c_str());
  CHECK(std::is_sorted(up.begin(), up.end()));
  CHECK(std::equal(up.begin(), up.end(), down.rbegin()));

  Tenant none(MakeSettings("events=2000 order=none"), kAnchor);
  const auto mixed = Timestamps(&none, query.c_str());
  CHECK_FALSE(std::is_sorted(mixed.begin(), mixed.end()));
  CHECK_FALSE(std::is_sorted(mixed.rbegin(), mixed.rend()));
  CHECK(Timestamps(&none, query.c_str()) == mixed);
}

TEST_CASE("a list sorted by insertion is not sorted by event time") {
  Tenant tenant(MakeSettings("events=2000 order=oldest sort_by=insertion span=1h"), kAnchor);
  const auto query = Everything();
  const auto times = Timestamps(&tenant, query.c_str());
  CHECK_FALSE(std::is_sorted(times.begin(), times.end()));
  CHECK(WalkAll(&tenant, kAnchor, WholeWindow(), "offset", 5000) == TrueIds(tenant));
}

TEST_CASE("ties keep their places unless they are shuffled") {
  const char* const crowded = "burst_events=3000 burst_after=1s order=oldest";
  const Time now = kAnchor + std::chrono::seconds(2);
  const auto page = [now](Tenant* tenant) {
    return ParsePage(tenant->Handle(Get(WholeWindow() + "&limit=1000&offset=1000"), now).body).ids;
  };
  Tenant stable(MakeSettings(crowded), kAnchor);
  CHECK(page(&stable) == page(&stable));
  Tenant shuffled(MakeSettings(std::string(crowded) + " ties=shuffled"), kAnchor);
  const auto first = page(&shuffled);
  const auto second = page(&shuffled);
  CHECK(first.size() == 1000);
  CHECK(AsSet(first).size() == 1000);
  CHECK(AsSet(first) != AsSet(second));
  // Rows come to the second page from either side of it.
  const auto in_order = WalkAll(&stable, now, WholeWindow(), "offset", 5000);
  const auto comes_from = [&](std::size_t begin, std::size_t end) {
    return std::any_of(first.begin(), first.end(), [&](const std::string& id) {
      const auto place = std::find(in_order.begin(), in_order.end(), id) - in_order.begin();
      return place >= static_cast<std::ptrdiff_t>(begin) &&
             place < static_cast<std::ptrdiff_t>(end);
    });
  };
  CHECK(comes_from(0, 1000));
  CHECK(comes_from(2000, 3000));
}

TEST_CASE("shuffled ties stay inside their second") {
  Tenant tenant(MakeSettings("events=3000 span=5m ties=shuffled"), kAnchor);
  std::vector<std::int64_t> times;
  for (int offset = 0; offset < 3000; offset += 100) {
    const auto page = ParsePage(
        tenant.Handle(Get(WholeWindow() + "&offset=" + std::to_string(offset)), kAnchor).body);
    times.insert(times.end(), page.timestamps.begin(), page.timestamps.end());
  }
  CHECK(times.size() == 3000);
  CHECK(std::is_sorted(times.rbegin(), times.rend()));
}

TEST_CASE("new rows move the offsets of a list that is newest first") {
  Tenant tenant(MakeSettings("events=300 live=10"), kAnchor);
  const auto before = ParsePage(tenant.Handle(Get(WholeWindow()), kAnchor).body).ids;
  const Time later = kAnchor + std::chrono::minutes(10);
  const auto after = ParsePage(tenant.Handle(Get(WholeWindow()), later).body);
  CHECK(AsSet(before) != AsSet(after.ids));
  CHECK(after.total == 300 + 6000);
}

TEST_CASE("a kept selection forgets nothing that came since") {
  // Filtered windows are kept between requests: each growth must show in the next answer.
  Tenant tenant(MakeSettings("events=2000 live=5"), kAnchor);
  const auto query = WholeWindow("insertionstarttime", "insertionendtime");
  for (int second = 0; second < 20; ++second) {
    const Time now = kAnchor + std::chrono::seconds(second);
    CHECK(ParsePage(tenant.Handle(Get(query), now).body).total == 2000 + 5 * second);
  }
}

}  // namespace
}  // namespace nsf_simulator
