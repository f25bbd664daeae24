// SPDX-License-Identifier: Apache-2.0
// Pages of a list, in both dialects: all pages together are the ledger, and the traps are there.
#include <catch2/catch.hpp>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

struct WalkCase {
  const char* settings;
  std::string query;
  const char* parameter;
  std::uint64_t limit;
};

TEST_CASE("all pages together hold what the ledger holds, each row once") {
  const std::string by_event = WholeWindow();
  const std::string by_insertion = WholeWindow("insertionstarttime", "insertionendtime");
  const WalkCase cases[] = {
      {"events=3000", by_event, "offset", 5000},
      {"events=3000", by_event, "offset", 7},
      {"events=3000 order=oldest", by_event, "offset", 100},
      {"events=3000 order=none", by_event, "offset", 100},
      {"events=3000", by_insertion, "offset", 250},
      {"events=3000 sort_by=insertion", by_event, "offset", 250},
      {"events=3000 sort_by=insertion order=oldest", by_insertion, "offset", 250},
      {"events=3000 dialect=guide", "", "skip", 100},
      {"events=3000 dialect=guide order=oldest", "", "skip", 999},
      {"events=3000 short_page_percent=50", by_event, "offset", 100},
      {"events=3000 page_parameter=both", by_event, "skip", 100},
      {"events=3000 late_percent=10 late_by=2h", by_insertion, "offset", 100},
      {"events=3000 ahead_percent=10 ahead_by=6h", by_insertion, "offset", 100},
      {"events=3000 batch_every=5m span=1h", by_insertion, "offset", 100},
      {"events=3000 crowd=700", by_event, "offset", 100},
      {"events=0", by_event, "offset", 100},
  };
  for (const WalkCase& c : cases) {
    CAPTURE(c.settings, c.query, c.parameter, c.limit);
    Tenant tenant(MakeSettings(c.settings), kAnchor);
    const auto ids = WalkAll(&tenant, kAnchor, c.query, c.parameter, c.limit);
    const auto truth = TrueIds(tenant);
    CHECK(ids.size() == truth.size());
    CHECK(AsSet(ids) == AsSet(truth));
    CHECK(AsSet(truth).size() == truth.size());
    CHECK(truth.size() == tenant.settings().events);
  }
}

struct SizeCase {
  const char* settings;
  std::string query;
  int status;
  std::size_t rows;
};

TEST_CASE("the page size follows limit, its default and its maximum") {
  const std::string w = WholeWindow() + '&';
  const SizeCase cases[] = {
      {"", w, 200, 100},
      {"", w + "limit=1", 200, 1},
      {"", w + "limit=5000", 200, 5000},
      {"", w + "limit=5001", 200, 5000},
      {"", w + "limit=18446744073709551615", 200, 5000},
      {"", w + "limit=18446744073709551616", 400, 0},
      {"", w + "limit=0", 400, 0},
      {"", w + "limit=-5", 400, 0},
      {"", w + "limit=", 400, 0},
      {"", w + "limit=ten", 400, 0},
      {"limit_max=300", w + "limit=5000", 200, 300},
      {"over_limit=reject", w + "limit=5001", 400, 0},
      {"over_limit=obey", w + "limit=6000", 200, 6000},
      {"", w + "offset=5990", 200, 10},
      {"", w + "offset=6000", 200, 0},
      {"", w + "offset=18446744073709551615", 200, 0},
      {"", w + "offset=-1", 400, 0},
      {"dialect=guide", "", 200, 100},
      {"dialect=guide", "limit=5001", 200, 5000},
      {"dialect=guide", "skip=5950", 200, 50},
      {"deep_offset=1000", w + "offset=1000", 200, 100},
      {"deep_offset=1000", w + "offset=1001", 200, 0},
      {"deep_offset=1000 deep_answer=reject", w + "offset=1001", 400, 0},
  };
  for (const SizeCase& c : cases) {
    CAPTURE(c.settings, c.query);
    Tenant tenant(MakeSettings("events=6000 " + std::string(c.settings)), kAnchor);
    const Answer answer = tenant.Handle(Get(c.query), kAnchor);
    CHECK(answer.status == c.status);
    CHECK(answer.rows == c.rows);
  }
}

TEST_CASE("a name that does not turn the page gives the same page for ever") {
  const std::pair<const char*, const char*> cases[] = {
      {"dialect=live", "skip"},
      {"dialect=guide", "offset"},
      {"page_parameter=none", "offset"},
      {"page_parameter=none", "skip"},
  };
  for (const auto& [settings, name] : cases) {
    CAPTURE(settings, name);
    Tenant tenant(MakeSettings("events=500 " + std::string(settings)), kAnchor);
    const auto page = [&, name = name](int offset) {
      return tenant.Handle(Get(WholeWindow() + '&' + name + '=' + std::to_string(offset)), kAnchor)
          .body;
    };
    CHECK(page(0) == page(100));
    CHECK(page(0) == page(400));
  }
}

TEST_CASE("the envelope names rows and total as the dialect does") {
  struct Case {
    const char* settings;
    const char* begins;
    const char* ends;
  };
  const Case cases[] = {
      {"dialect=live", R"({"ok":1,"result":[)", R"(],"total":300})"},
      {"dialect=guide", R"({"ok":1,"data":[)", R"(],"totalResults":300})"},
      {"total_key=status.total", R"({"ok":1,"result":[)", R"(],"status":{"total":300}})"},
      {"total_key=none", R"({"ok":1,"result":[)", "]}"},
      {"total_cap=200", R"({"ok":1,"result":[)", R"(],"total":200})"},
      {"total_says=page", R"({"ok":1,"result":[)", R"(],"total":100})"},
      {"total_says=fewer", R"({"ok":1,"result":[)", R"(],"total":150})"},
      {"total_says=more", R"({"ok":1,"result":[)", R"(],"total":1300})"},
      {"total_says=zero", R"({"ok":1,"result":[)", R"(],"total":0})"},
      {"total_type=text", R"({"ok":1,"result":[)", R"(],"total":"300"})"},
      {"rows_in=nested", R"({"ok":1,"result":{"data":[{)", R"(}]},"total":300})"},
      {"rows_in=bare", "[{", "}]"},
      {"rows_in=lone", R"({"ok":1,"result":[)", R"(],"total":300})"},
      {"status_field=text", R"({"status":"success","msg":"","result":[)", R"(],"total":300})"},
      {"status_field=number", R"({"status":200,"result":[)", R"(],"total":300})"},
      {"status_field=object", R"({"status":{"code":200,"message":"success"},"result":[)",
       R"(],"total":300})"},
      {"status_field=none", R"({"result":[)", R"(],"total":300})"},
      {"status_field=text total_key=status.total", R"({"result":[)",
       R"(],"status":{"total":300}})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings);
    Tenant tenant(MakeSettings("events=300 " + std::string(c.settings)), kAnchor);
    const std::string body = tenant.Handle(Get(WholeWindow()), kAnchor).body;
    CHECK_THAT(body, Catch::StartsWith(c.begins));
    CHECK_THAT(body, Catch::EndsWith(c.ends));
  }
}

TEST_CASE("a total that changes is another one at each request") {
  Tenant tenant(MakeSettings("events=300 total_says=changing"), kAnchor);
  std::set<std::int64_t> totals;
  for (int i = 0; i < 20; ++i) {
    totals.insert(ParsePage(tenant.Handle(Get(WholeWindow()), kAnchor).body).total);
  }
  CHECK(totals.size() > 10);
  CHECK(*totals.begin() >= 0);
  CHECK(*totals.rbegin() <= 600);
}

TEST_CASE("a lone row stands without its list") {
  Tenant tenant(MakeSettings("events=1 rows_in=lone"), kAnchor);
  const std::string body = tenant.Handle(Get(WholeWindow()), kAnchor).body;
  CHECK_THAT(body,
             Catch::StartsWith(R"({"ok":1,"result":{)") && Catch::EndsWith(R"(},"total":1})"));
}

TEST_CASE("no rows are stated in each of the ways") {
  struct Case {
    const char* settings;
    int status;
    const char* body;
  };
  const Case cases[] = {
      {"empty_as=list", 200, R"({"ok":1,"result":[],"total":0})"},
      {"empty_as=null", 200, R"({"ok":1,"result":null,"total":0})"},
      {"empty_as=object", 200, R"({"ok":1,"result":{},"total":0})"},
      {"empty_as=missing", 200, R"({"ok":1,"total":0})"},
      {"empty_as=missing total_key=none", 200, R"({"ok":1})"},
      {"empty_as=missing total_key=none status_field=none", 200, "{}"},
      {"empty_as=204", 204, ""},
      {"empty_as=no-body", 200, ""},
      {"rows_in=bare", 200, "[]"},
      {"rows_in=bare empty_as=null", 200, "null"},
      {"rows_in=nested", 200, R"({"ok":1,"result":{"data":[]},"total":0})"},
      {"rows_in=lone", 200, R"({"ok":1,"result":[],"total":0})"},
      {"rows_in=nested empty_as=object", 200, R"({"ok":1,"result":{},"total":0})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings);
    Tenant empty(MakeSettings(c.settings), kAnchor);
    const Answer answer = empty.Handle(Get(WholeWindow()), kAnchor);
    CHECK(answer.status == c.status);
    CHECK(answer.body == c.body);
    Tenant full(MakeSettings("events=3 " + std::string(c.settings)), kAnchor);
    CHECK(full.Handle(Get(WholeWindow()), kAnchor).rows == 3);
  }
}

TEST_CASE("an empty tenant answers an empty list") {
  Tenant tenant(MakeSettings(""), kAnchor);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor).body == R"({"ok":1,"result":[],"total":0})");
}

TEST_CASE("retention takes the oldest rows from the list") {
  Tenant tenant(MakeSettings("events=2000 retention=6h"), kAnchor);
  const auto ids = WalkAll(&tenant, kAnchor, WholeWindow(), "offset", 5000);
  std::vector<std::string> kept;
  for (EventNumber i = 0; i < tenant.visible(); ++i) {
    const auto age = kAnchor - tenant.event(i).timestamp;
    if (age <= std::chrono::hours(6)) kept.push_back(tenant.NameOf(i));
  }
  CHECK(kept.size() > 100);
  CHECK(AsSet(ids) == AsSet(kept));
  const Time later = kAnchor + std::chrono::hours(7);
  CHECK(WalkAll(&tenant, later, WholeWindow(), "offset", 5000).empty());
}

}  // namespace
}  // namespace nsf_simulator
