// SPDX-License-Identifier: Apache-2.0
// Windows with either convention of their bounds, and filters.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

std::int64_t Second(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

struct BoundsCase {
  const char* settings;
  const char* pair;
  bool start_included;
  bool end_included;
};

TEST_CASE("a window holds exactly the rows between its bounds") {
  const BoundsCase cases[] = {
      {"", "", false, true},
      {"", "insertion", true, true},
      {"event_bounds=[]", "", true, true},
      {"event_bounds=[)", "", true, false},
      {"event_bounds=()", "", false, false},
      {"insertion_bounds=[)", "insertion", true, false},
      {"insertion_bounds=(]", "insertion", false, true},
      {"sort_by=insertion", "", false, true},
      {"sort_by=insertion", "insertion", true, true},
      {"order=oldest late_percent=20 late_by=3h", "insertion", true, true},
      {"sort_by=insertion late_percent=20 late_by=3h", "", false, true},
  };
  for (const BoundsCase& c : cases) {
    CAPTURE(c.settings, c.pair);
    Tenant tenant(MakeSettings("events=4000 span=1h " + std::string(c.settings)), kAnchor);
    tenant.Advance(kAnchor);
    const bool by_insertion = *c.pair != '\0';
    // Bounds that are times of rows, so that each end decides about some.
    const Event& early = tenant.event(1000);
    const Event& late = tenant.event(1300);
    const auto first = Second(by_insertion ? early.insertion : early.timestamp);
    const auto last = Second(by_insertion ? late.insertion : late.timestamp);
    std::vector<std::string> expected;
    for (EventNumber i = 0; i < tenant.visible(); ++i) {
      const auto& event = tenant.event(i);
      const auto time = Second(by_insertion ? event.insertion : event.timestamp);
      const bool after = time > first || (c.start_included && time == first);
      const bool before = time < last || (c.end_included && time == last);
      if (after && before) expected.push_back(tenant.NameOf(i));
    }
    const std::string pair = c.pair;
    const std::string query = pair + "starttime=" + std::to_string(first) + '&' + pair +
                              "endtime=" + std::to_string(last);
    const auto ids = WalkAll(&tenant, kAnchor, query, "offset", 100);
    CHECK(ids.size() == expected.size());
    CHECK(AsSet(ids) == AsSet(expected));
  }
}

struct WindowCase {
  const char* settings;
  const char* query;
  int status;
  const char* says;
};

TEST_CASE("windows that are missing, mixed or malformed are refused where one is required") {
  const char* const none = "Time parameters are not passed";
  const char* const malformed = "time filter was malformed";
  const WindowCase cases[] = {
      {"", "", 400, none},
      {"", "limit=5", 400, none},
      {"", "starttime=1", 400, none},
      {"", "endtime=1", 400, none},
      {"", "insertionstarttime=1", 400, none},
      {"", "starttime=1&insertionendtime=2", 400, "Only one of"},
      {"", "starttime=1&endtime=2&insertionstarttime=1&insertionendtime=2", 400, "Only one of"},
      {"", "starttime=x&endtime=2", 400, malformed},
      {"", "starttime=&endtime=", 400, malformed},
      {"", "starttime=-5&endtime=2", 400, malformed},
      {"", "starttime=1.5&endtime=2", 400, malformed},
      {"", "starttime=99999999999999999999&endtime=2", 400, malformed},
      {"", "starttime=9&endtime=2", 200, R"("result":[])"},
      {"", "starttime=9223372036854775807&endtime=0", 200, R"("result":[])"},
      {"", "insertionstarttime=0&insertionendtime=9223372036854775807", 200, R"("total":50)"},
      {"", "starttime=0&endtime=9223372036854775807", 200, R"("total":50)"},
      {"sort_by=insertion", "starttime=0&endtime=9223372036854775807", 200, R"("total":50)"},
      {"window=optional", "", 200, R"("total":50)"},
      {"window=optional", "starttime=1", 400, none},
      {"window=ignored", "starttime=x", 200, R"("total":50)"},
      {"dialect=guide", "", 200, R"("totalResults":50)"},
      {"dialect=guide", "starttime=1&endtime=2", 200, R"("totalResults":50)"},
      {"window_pairs=event", "insertionstarttime=1&insertionendtime=2", 200, R"("total":50)"},
      {"window_pairs=event", "starttime=1&endtime=2", 200, R"("total":0)"},
      {"window_pairs=insertion", "starttime=1&endtime=2", 200, R"("total":50)"},
      {"window_pairs=insertion", "insertionstarttime=1&insertionendtime=2", 200, R"("total":0)"},
  };
  for (const WindowCase& c : cases) {
    CAPTURE(c.settings, c.query);
    Tenant tenant(MakeSettings("events=50 " + std::string(c.settings)), kAnchor);
    const Answer answer = tenant.Handle(Get(c.query), kAnchor);
    CHECK(answer.status == c.status);
    CHECK_THAT(answer.body, Catch::Contains(c.says));
  }
}

TEST_CASE("rows are filtered by user, through either parameter") {
  const std::string user = "siem-poller";
  Tenant guide(MakeSettings("events=5000 dialect=guide"), kAnchor);
  guide.Advance(kAnchor);
  const RowPool pool(guide.settings());
  std::vector<std::string> expected;
  for (EventNumber i = 0; i < guide.visible(); ++i) {
    if (pool.TemplateOf(guide.event(i)).user == user) expected.push_back(guide.NameOf(i));
  }
  REQUIRE(expected.size() > 20);
  for (const char* query : {"user=siem-poller", "query=user%20eq%20%22siem-poller%22",
                            "query=user+eq+%22siem-poller%22+and+type+eq+%22admin_audit_logs%22",
                            "user=siem-poller&query=user+eq+%22siem-poller%22"}) {
    CAPTURE(query);
    CHECK(AsSet(WalkAll(&guide, kAnchor, query, "skip", 10)) == AsSet(expected));
  }
  Tenant live(MakeSettings("events=5000"), kAnchor);
  const auto window = WholeWindow();
  CHECK(AsSet(WalkAll(&live, kAnchor, window + "&query=user+eq+%22siem-poller%22", "offset", 50)) ==
        AsSet(expected));
  // The live API has no parameter of that name: it is ignored.
  CHECK(WalkAll(&live, kAnchor, window + "&user=siem-poller", "offset", 5000).size() == 5000);
}

TEST_CASE("a row is found by its id") {
  Tenant tenant(MakeSettings("events=500"), kAnchor);
  tenant.Advance(kAnchor);
  const std::string id = tenant.NameOf(123);
  CHECK(WalkAll(&tenant, kAnchor, WholeWindow() + "&query=_id+eq+%22" + id + "%22", "offset", 10) ==
        std::vector{id});
}

TEST_CASE("conditions that nothing meets give nothing, broken ones are refused") {
  const std::pair<const char*, int> cases[] = {
      {"query=type+eq+%22page%22", 200},
      {"query=user+eq+%22SIEM-POLLER%22", 200},
      {"query=user+eq+%22a%22+and+user+eq+%22b%22", 200},
      {"user=a&query=user+eq+%22b%22", 200},
      {"user=", 200},
      {"query=user", 400},
      {"query=user+eq+siem", 400},
      {"query=user+eq+%22open", 400},
      {"query=user+eq+%22open%5C", 400},
      {"query=user+eq+%22a%22+or+user+eq+%22b%22", 400},
      {"query=nonsense+eq+%22a%22", 400},
      {"query=%00", 400},
  };
  for (const auto& [query, status] : cases) {
    CAPTURE(query);
    Tenant tenant(MakeSettings("dialect=guide events=0"), kAnchor);
    const Answer answer = tenant.Handle(Get(query), kAnchor);
    CHECK(answer.status == status);
    if (status == 400) CHECK_THAT(answer.body, Catch::Contains("syntax error"));
    CHECK(answer.rows == 0);
  }
}

TEST_CASE("query strings are decoded, broken escapes are kept") {
  const std::pair<const char*, Parameters> cases[] = {
      {"", {}},
      {"&&", {}},
      {"a", {{"a", ""}}},
      {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
      {"a=1=2", {{"a", "1=2"}}},
      {"%61=%2B+%20", {{"a", "+  "}}},
      {"a=%", {{"a", "%"}}},
      {"a=%4", {{"a", "%4"}}},
      {"a=%zz", {{"a", "%zz"}}},
      {"a=%c3%A9", {{"a", "\xC3\xA9"}}},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(ParseQueryString(text) == expected);
  }
}

}  // namespace
}  // namespace nsf_simulator
