// SPDX-License-Identifier: Apache-2.0
// What each fault answers, and tenants that change their mind.
#include <catch2/catch.hpp>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Answer AnswerWith(std::string_view fault, const char* more = "") {
  Tenant tenant(MakeSettings("events=5 faults=" + std::string(fault) + ":1000 " + more), kAnchor);
  return tenant.Handle(Get(WholeWindow()), kAnchor);
}

TEST_CASE("each fault answers with its status, its type and its words") {
  struct Case {
    const char* fault;
    int status;
    const char* type;
    const char* says;
  };
  const char* const json = "application/json";
  const char* const html = "text/html; charset=utf-8";
  const Case cases[] = {
      {"302", 302, html, "Moved"},
      {"400", 400, json, "Bad Request"},
      {"401", 401, json, "Unauthorized"},
      {"403", 403, json, "You cannot consume this service"},
      {"403-text", 403, "text/plain; charset=utf-8", "your address"},
      {"404", 404, json, "no Route matched with those values"},
      {"409", 409, json, "message"},
      {"429", 429, json, "API rate limit exceeded"},
      {"429-html", 429, html, "<html>"},
      {"500", 500, json, "message"},
      {"500-html", 500, html, "<html>"},
      {"502", 502, json, "upstream"},
      {"502-html", 502, html, "<html>"},
      {"503", 503, json, "upstream"},
      {"503-html", 503, html, "<html>"},
      {"504", 504, json, "upstream"},
      {"504-html", 504, html, "<html>"},
      {"ok-zero", 200, json, R"({"ok":0,"message":")"},
      {"error-text", 200, json, R"({"ok":0,"error":")"},
      {"error-object", 200, json, R"({"ok":0,"error":{)"},
      {"status-error", 200, json, R"({"status":"error","message":")"},
      {"error-list", 200, json, R"("errors":[")"},
      {"html", 200, html, "<form"},
      {"result-null", 200, json, R"({"ok":1,"result":null})"},
      {"result-object", 200, json, R"({"ok":1,"result":{}})"},
      {"result-missing", 200, json, R"({"ok":1})"},
      {"empty-list", 200, json, R"({"ok":1,"result":[]})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.fault);
    const Answer answer = AnswerWith(c.fault);
    CHECK(answer.status == c.status);
    CHECK(Header(answer, "Content-Type") == c.type);
    CHECK(Header(answer, "Date"));
    CHECK_THAT(answer.body, Catch::Contains(c.says));
    CHECK(answer.rows == 0);
    CHECK(answer.delivery == Delivery::kWhole);
    CHECK(Header(answer, "Location").has_value() == (c.status == 302));
    CHECK(Header(answer, "Retry-After").has_value() == (c.status == 429));
    CHECK(ReasonPhrase(c.status) != "Unknown");
  }
  CHECK(AnswerWith("empty-body").status == 200);
  CHECK(AnswerWith("empty-body").body.empty());
  CHECK(AnswerWith("204").status == 204);
  CHECK_FALSE(Header(AnswerWith("204"), "Content-Type"));
  CHECK_FALSE(Header(AnswerWith("429", "rate_headers=off"), "Retry-After"));
}

TEST_CASE("faults that spoil a page do so in their own way") {
  Tenant sound(MakeSettings("events=5"), kAnchor);
  const std::string page = sound.Handle(Get(WholeWindow()), kAnchor).body;
  const Answer truncated = AnswerWith("truncated");
  CHECK(truncated.body == page.substr(0, page.size() / 2));
  CHECK(truncated.delivery == Delivery::kWhole);
  CHECK(truncated.rows == 0);
  CHECK(AnswerWith("cut").delivery == Delivery::kCut);
  CHECK(AnswerWith("cut").body == page);
  const Answer drip = AnswerWith("drip", "drip_for=7s");
  CHECK(drip.delivery == Delivery::kDrip);
  CHECK(drip.drip == seconds(7));
  CHECK(drip.body == page);
  const Answer stall = AnswerWith("stall", "stall_for=90s delay=5ms");
  CHECK(stall.delay == milliseconds(90'005));
  CHECK(stall.body == page);
  const Answer bomb = AnswerWith("bomb", "bomb_bytes=2097152");
  CHECK(bomb.inflates_to == 2097152);
  CHECK(bomb.rows == 0);
  CHECK(bomb.body.empty());
  CHECK(AnswerWith("reset").delivery == Delivery::kReset);
  CHECK(AnswerWith("hang").delivery == Delivery::kHang);
}

TEST_CASE("every fault has a name that finds it, and is counted under it") {
  for (std::size_t i = 1; i < kFaultCount; ++i) {
    const auto fault = static_cast<Fault>(i);
    CAPTURE(FaultName(fault));
    CHECK(FaultByName(FaultName(fault)) == fault);
    Tenant tenant(MakeSettings("faults=" + std::string(FaultName(fault)) + ":1000"), kAnchor);
    tenant.Handle(Get(WholeWindow()), kAnchor);
    tenant.Handle(Get(WholeWindow()), kAnchor);
    CHECK(tenant.statistics().faults[i] == 2);
    CHECK(tenant.statistics().rows == 0);
    CHECK(tenant.HangsAt(kAnchor) == (fault == Fault::kHang));
  }
}

TEST_CASE("a tenant changes its mind at its time, and back") {
  struct Case {
    const char* settings;
    std::chrono::seconds after;
    bool guide;
  };
  const Case cases[] = {
      {"changes_after=60s changes_to=guide", seconds(59), false},
      {"changes_after=60s changes_to=guide", seconds(60), true},
      {"changes_after=60s changes_to=guide", std::chrono::hours(99), true},
      {"changes_after=60s changes_for=30s changes_to=guide", seconds(59), false},
      {"changes_after=60s changes_for=30s changes_to=guide", seconds(89), true},
      {"changes_after=60s changes_for=30s changes_to=guide", seconds(90), false},
      {"changes_to=rows_key=data;window=ignored", seconds(0), true},
      {"changes_after=60s changes_to=guide clock_offset=-2d", seconds(60), true},
      {"changes_after=60s changes_to=guide clock_offset=-2d", seconds(59), false},
      {"changes_after=60s", seconds(90), false},
      {"dialect=guide changes_after=60s changes_to=live", seconds(59), true},
      {"dialect=guide changes_after=60s changes_to=live", seconds(60), false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings, c.after.count());
    Tenant tenant(MakeSettings("events=5 " + std::string(c.settings)), kAnchor);
    const Answer answer = tenant.Handle(Get(WholeWindow()), kAnchor + c.after);
    CHECK_THAT(answer.body, Catch::Contains(c.guide ? R"("data":[)" : R"("result":[)"));
    CHECK(tenant.Handle(Get(""), kAnchor + c.after).status == (c.guide ? 200 : 400));
  }
}

TEST_CASE("what a change does not name stays") {
  Tenant tenant(MakeSettings("events=50 limit_max=20 changes_to=faults=503:500 total_key=none"),
                kAnchor);
  for (int i = 0; i < 20; ++i) {
    const Answer answer = tenant.Handle(Get(WholeWindow() + "&limit=50"), kAnchor);
    if (answer.status == 503) continue;
    CHECK(answer.rows == 20);
    CHECK_THAT(answer.body, Catch::EndsWith("}]}"));
  }
  CHECK(tenant.statistics().by_status.at(503) > 2);
}

TEST_CASE("refusals may hide inside a 200, and unknown parameters may be refused") {
  struct Case {
    const char* settings;
    std::string query;
    int status;
    const char* says;
  };
  const char* const missing = "Time parameters are not passed";
  const char* const unsupported = R"({"message":"Unsupported query parameter"})";
  const std::string w = WholeWindow() + '&';
  const std::string two = w + WholeWindow("insertionstarttime", "insertionendtime");
  const Case cases[] = {
      {"", "", 400, missing},
      {"refusals=200", "", 200, R"({"status":"error","message":"Time parameters are not passed"})"},
      {"refusals=200", w + "limit=0", 200, R"("status":"error")"},
      {"refusals=200", two, 200, "Only one of event time and insertion time"},
      {"", two, 400, "Only one of event time and insertion time"},
      {"", w + "fields=_id", 200, "result"},
      {"", w + "orderbys=timestamp", 200, "result"},
      {"", w + "skip=3", 200, "result"},
      {"unknown_parameters=rejected", w + "limit=5&offset=2", 200, "result"},
      {"unknown_parameters=rejected", w + "query=type%20eq%20%22x%22", 200, "result"},
      {"unknown_parameters=rejected", w + "fields=_id", 400, unsupported},
      {"unknown_parameters=rejected", w + "orderbys=timestamp", 400, unsupported},
      {"unknown_parameters=rejected", w + "timeperiod=3600", 400, unsupported},
      {"unknown_parameters=rejected", w + "skip=3", 400, unsupported},
      {"unknown_parameters=rejected", w + "user=x", 400, unsupported},
      {"unknown_parameters=rejected dialect=guide", "skip=3&user=x", 200, "data"},
      {"unknown_parameters=rejected dialect=guide", "offset=3", 400, unsupported},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings, c.query);
    Tenant tenant(MakeSettings("events=5 " + std::string(c.settings)), kAnchor);
    const Answer answer = tenant.Handle(Get(c.query), kAnchor);
    CHECK(answer.status == c.status);
    CHECK_THAT(answer.body, Catch::Contains(c.says));
  }
}

}  // namespace
}  // namespace nsf_simulator
