// SPDX-License-Identifier: Apache-2.0
// What stands before the rows: routes, methods, tokens, the rate limit and faults.
#include <catch2/catch.hpp>
#include <optional>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a token is taken in each spelling; others are told what they may not") {
  struct Case {
    const char* header;
    const char* value;
    int status;
    const char* says;
  };
  const char* const unauthorized = R"({"message":"Unauthorized"})";
  const char* const scope = R"({"message":"You cannot consume this service"})";
  const char* const missing = R"({"message":"No API token found in request"})";
  const Case cases[] = {
      {"Netskope-Api-Token", "simulator-rest-token", 200, "result"},
      {"netskope-api-token", "simulator-rest-token", 200, "result"},
      {"Authorization", "Netskope-Api-Token simulator-rest-token", 200, "result"},
      {"Authorization", "Netskope-Api-Token: simulator-rest-token", 200, "result"},
      {"Authorization", "Bearer simulator-rest-token", 200, "result"},
      {"Netskope-Api-Token", "simulator-scim-token", 403, scope},
      {"Authorization", "Bearer simulator-scim-token", 403, scope},
      {"Netskope-Api-Token", "wrong", 401, unauthorized},
      {"Netskope-Api-Token", "simulator-rest-token2", 401, unauthorized},
      {"Authorization", "Bearer wrong", 401, unauthorized},
      {"Netskope-Api-Token", "", 401, missing},
      {"Authorization", "simulator-rest-token", 401, missing},
      {"Authorization", "Basic simulator-rest-token", 401, missing},
      {"X-Other", "simulator-rest-token", 401, missing},
  };
  for (const Case& c : cases) {
    CAPTURE(c.header, c.value);
    Tenant tenant(MakeSettings("events=3"), kAnchor);
    Request request = Get(WholeWindow());
    request.headers = {{c.header, c.value}};
    const Answer answer = tenant.Handle(request, kAnchor);
    CHECK(answer.status == c.status);
    CHECK_THAT(answer.body, Catch::Contains(c.says));
  }
}

TEST_CASE("a rotated token works at once and the old one is dead") {
  Tenant tenant(MakeSettings(""), kAnchor);
  tenant.set_rest_token("fresh");
  Request request = Get(WholeWindow());
  CHECK(tenant.Handle(request, kAnchor).status == 401);
  request.headers = {{"Netskope-Api-Token", "fresh"}};
  CHECK(tenant.Handle(request, kAnchor).status == 200);
  tenant.set_rest_token("");
  CHECK(tenant.Handle(request, kAnchor).status == 401);
}

TEST_CASE("other paths and methods are refused") {
  struct Case {
    const char* method;
    const char* target;
    int status;
  };
  const Case cases[] = {
      {"GET", "/", 404},
      {"GET", "/api/v2/events/data/audit/", 404},
      {"GET", "/api/v2/events/data/Audit", 404},
      {"GET", "/api/v2/events/data/auditor", 404},
      {"GET", "/api/v1/events", 404},
      {"POST", "/x", 404},
      {"HEAD", "/api/v2/events/data/audit", 405},
      {"POST", "/api/v2/events/data/audit?starttime=0&endtime=1", 405},
      {"get", "/api/v2/events/data/audit", 405},
  };
  for (const Case& c : cases) {
    CAPTURE(c.method, c.target);
    Tenant tenant(MakeSettings(""), kAnchor);
    Request request = Get("");
    request.method = c.method;
    request.target = c.target;
    const Answer answer = tenant.Handle(request, kAnchor);
    CHECK(answer.status == c.status);
    CHECK(Header(answer, "Date") == HttpDate(kAnchor));
    if (c.status == 404)
      CHECK(answer.body == R"({"message":"no Route matched with those values"})");
  }
}

TEST_CASE("the rate limit serves so many requests a period, then 429 until the next") {
  Tenant tenant(MakeSettings("rate_limit=3/min"), kAnchor);
  // kAnchor is the start of a minute.
  const Time at = kAnchor + milliseconds(20'500);
  for (int left = 2; left >= 0; --left) {
    const Answer answer = tenant.Handle(Get(WholeWindow()), at);
    CHECK(answer.status == 200);
    CHECK(Header(answer, "RateLimit-Limit") == "3");
    CHECK(Header(answer, "RateLimit-Remaining") == std::to_string(left));
    CHECK(Header(answer, "RateLimit-Reset") == "40");
    CHECK_FALSE(Header(answer, "Retry-After"));
  }
  const Answer refused = tenant.Handle(Get(WholeWindow()), at);
  CHECK(refused.status == 429);
  CHECK(refused.body == R"({"message":"API rate limit exceeded"})");
  CHECK(Header(refused, "Retry-After") == "40");
  CHECK(Header(refused, "RateLimit-Remaining") == "0");
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor + milliseconds(59'999)).status == 429);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor + seconds(60)).status == 200);
  CHECK(tenant.rate_limited() == 2);
  CHECK(tenant.most_per_minute() == 6);
}

TEST_CASE("a silent rate limit says nothing but 429") {
  for (const char* text : {"rate_limit=1/s rate_headers=off", "dialect=guide rate_limit=1/s"}) {
    CAPTURE(text);
    Tenant tenant(MakeSettings(text), kAnchor);
    tenant.Handle(Get(WholeWindow()), kAnchor);
    const Answer refused = tenant.Handle(Get(WholeWindow()), kAnchor + milliseconds(999));
    CHECK(refused.status == 429);
    for (const auto& [name, value] : refused.headers) {
      CHECK(name != "Retry-After");
      CHECK_THAT(name, !Catch::StartsWith("RateLimit"));
    }
    CHECK(tenant.Handle(Get(WholeWindow()), kAnchor + seconds(1)).status == 200);
  }
}

TEST_CASE("requests that the token does not open cost nothing of the limit") {
  Tenant tenant(MakeSettings("rate_limit=1/min"), kAnchor);
  Request stranger = Get(WholeWindow());
  stranger.headers = {{"Netskope-Api-Token", "wrong"}};
  for (int i = 0; i < 5; ++i) CHECK(tenant.Handle(stranger, kAnchor).status == 401);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor).status == 200);
}

TEST_CASE("the densest second and minute are found wherever they begin") {
  Tenant tenant(MakeSettings(""), kAnchor);
  for (const int at : {0, 900, 1000, 1100, 1899, 1900, 30'000, 60'899, 61'500}) {
    tenant.Handle(Get(WholeWindow()), kAnchor + milliseconds(at));
  }
  CHECK(tenant.most_per_second() == 4);  // 900 … 1899
  CHECK(tenant.most_per_minute() == 7);  // 900 … 60899, and before it 0 … 30000
}

TEST_CASE("a staged fault answers until it is over") {
  struct Case {
    const char* name;
    int status;
    Delivery delivery;
  };
  const Case cases[] = {
      {"429", 429, Delivery::kWhole}, {"500", 500, Delivery::kWhole},
      {"503", 503, Delivery::kWhole}, {"cut", 200, Delivery::kCut},
      {"hang", 200, Delivery::kHang}, {"none", 200, Delivery::kWhole},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Tenant tenant(MakeSettings("events=5"), kAnchor);
    const auto fault = FaultByName(c.name);
    REQUIRE(fault);
    CHECK(FaultName(*fault) == c.name);
    tenant.Stage(*fault, kAnchor + seconds(10));
    const Answer during = tenant.Handle(Get(WholeWindow()), kAnchor + milliseconds(9'999));
    CHECK(during.status == c.status);
    CHECK(during.delivery == c.delivery);
    const Answer after = tenant.Handle(Get(WholeWindow()), kAnchor + seconds(10));
    CHECK(after.status == 200);
    CHECK(after.delivery == Delivery::kWhole);
    CHECK(tenant.statistics().rows == (std::string_view(c.name) == "none" ? 10 : 5));
  }
  CHECK_FALSE(FaultByName("418"));
  CHECK_FALSE(FaultByName(""));
}

TEST_CASE("a staged fault without an end lasts until it is taken back") {
  Tenant tenant(MakeSettings(""), kAnchor);
  tenant.Stage(Fault::k503, std::nullopt);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor + std::chrono::hours(100)).status == 503);
  tenant.Stage(Fault::kNone, std::nullopt);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor + std::chrono::hours(100)).status == 200);
}

TEST_CASE("faults by chance come as often as they should, the same for one seed") {
  const Settings settings = MakeSettings("faults=429:100,500:50,503:50,cut:100,hang:20");
  const auto outcome = [&settings] {
    Tenant tenant(settings, kAnchor);
    for (int i = 0; i < 2000; ++i) tenant.Handle(Get(WholeWindow()), kAnchor);
    return tenant.statistics();
  };
  const Statistics one = outcome();
  const Statistics two = outcome();
  CHECK(one.by_status == two.by_status);
  CHECK(one.by_status.at(429) == Approx(200).margin(60));
  CHECK(one.by_status.at(500) == Approx(100).margin(40));
  CHECK(one.by_status.at(503) == Approx(100).margin(40));
  CHECK(one.cut == Approx(200).margin(60));
  CHECK(one.hung == Approx(40).margin(25));
}

TEST_CASE("the headers of the rate limit, in each spelling") {
  struct Case {
    const char* settings;
    const char* name;
    const char* served;  // nullptr: it is not there
    const char* refused;
  };
  const Case cases[] = {
      {"", "RateLimit-Remaining", "0", "0"},
      {"", "Retry-After", nullptr, "40"},
      {"rate_headers=mixed-case", "RATELIMIT-REMAINING", "0", "0"},
      {"rate_headers=mixed-case", "ratelimit-limit", "1", "1"},
      {"rate_headers=mixed-case", "retry-AFTER", nullptr, "40"},
      {"rate_headers=mixed-case", "RateLimit-Remaining", nullptr, nullptr},
      {"rate_headers=garbage", "RateLimit-Remaining", "n/a", "n/a"},
      {"rate_headers=garbage", "RateLimit-Reset", "-", "-"},
      {"rate_headers=garbage", "Retry-After", nullptr, "40"},
      {"rate_headers=epoch", "X-RateLimit-Reset", "1800000060", "1800000060"},
      {"rate_headers=epoch", "X-RateLimit-Remaining", "0", "0"},
      {"rate_headers=epoch", "RateLimit-Reset", nullptr, nullptr},
      {"rate_headers=epoch clock_offset=1h", "X-RateLimit-Reset", "1800003660", "1800003660"},
      {"rate_headers=misspelt", "RateLimit-Rest", "40", "40"},
      {"rate_headers=misspelt", "RateLimit-Reset", nullptr, nullptr},
      {"rate_headers=off", "RateLimit-Limit", nullptr, nullptr},
      {"rate_headers=off", "Retry-After", nullptr, nullptr},
      {"retry_after=date", "Retry-After", nullptr, "Fri, 15 Jan 2027 08:01:00 GMT"},
      {"retry_after=garbage", "Retry-After", nullptr, "soon"},
      {"retry_after=huge", "Retry-After", nullptr, "99999999999999999999"},
      {"retry_after=none", "Retry-After", nullptr, nullptr},
      {"retry_after=none", "RateLimit-Reset", "40", "40"},
  };
  const auto text = [](const char* value) {
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings, c.name);
    Tenant tenant(MakeSettings("rate_limit=1/min " + std::string(c.settings)), kAnchor);
    const Time at = kAnchor + seconds(20);
    CHECK(Header(tenant.Handle(Get(WholeWindow()), at), c.name) == text(c.served));
    const Answer refused = tenant.Handle(Get(WholeWindow()), at);
    CHECK(refused.status == 429);
    CHECK(Header(refused, c.name) == text(c.refused));
  }
}

// How many of the requests, sent so far apart, are served.
int Served(const char* settings, int requests, milliseconds apart) {
  Tenant tenant(MakeSettings(settings), kAnchor);
  int served = 0;
  for (int i = 0; i < requests; ++i) {
    if (tenant.Handle(Get(WholeWindow()), kAnchor + i * apart).status == 200) ++served;
  }
  CHECK(tenant.rate_limited() == static_cast<std::uint64_t>(requests - served));
  return served;
}

TEST_CASE("limits by bucket, over all paths, and shared with other clients") {
  // A full bucket, and then one request each quarter of a second.
  CHECK(Served("rate_limit=4/s rate_kind=bucket", 101, milliseconds(10)) == 8);
  CHECK(Served("rate_limit=4/s rate_kind=bucket", 40, milliseconds(250)) == 40);
  CHECK(Served("rate_limit=4/s rate_kind=bucket", 100, milliseconds(125)) == 53);
  CHECK(Served("rate_limit=4/s", 100, milliseconds(10)) == 4);
  CHECK(Served("rate_limit=240/min rate_shared_percent=75", 100, milliseconds(1)) == 60);
  CHECK(Served("rate_limit=1/s rate_shared_percent=99", 10, milliseconds(1)) == 1);
  CHECK(Served("rate_limit=4/s global_limit=6/min", 100, milliseconds(500)) == 6);
  // The bucket that was left alone for long holds no more than it can.
  Tenant idle(MakeSettings("rate_limit=4/s rate_kind=bucket"), kAnchor);
  idle.Handle(Get(WholeWindow()), kAnchor);
  for (int i = 0; i < 20; ++i) idle.Handle(Get(WholeWindow()), kAnchor + std::chrono::hours(1));
  CHECK(idle.statistics().by_status.at(200) == 5);
  Tenant tenant(MakeSettings("global_limit=2/min"), kAnchor);
  Request elsewhere = Get("");
  elsewhere.target = "/api/v2/other";
  CHECK(tenant.Handle(elsewhere, kAnchor).status == 404);
  CHECK(tenant.Handle(elsewhere, kAnchor).status == 404);
  CHECK(tenant.Handle(Get(WholeWindow()), kAnchor).status == 429);
}

TEST_CASE("the token of the start dies at its time; another is good") {
  struct Case {
    const char* settings;
    const char* set_later;  // nullptr: the token is never changed
    const char* token;
    std::chrono::seconds after;
    int status;
  };
  const char* const first = "simulator-rest-token";
  const char* const next = "simulator-next-token";
  const Case cases[] = {
      {"token_expires=60s", nullptr, first, seconds(59), 200},
      {"token_expires=60s", nullptr, first, seconds(60), 401},
      {"token_expires=60s token_expired_status=403", nullptr, first, seconds(60), 403},
      {"token_expires=60s", nullptr, next, seconds(59), 401},
      {"token_expires=60s", nullptr, next, seconds(60), 200},
      {"token_expires=60s", "fresh", "fresh", seconds(60), 200},
      {"token_expires=60s", "fresh", first, seconds(60), 401},
      {"", nullptr, first, seconds(60), 200},
      {"", nullptr, next, seconds(60), 401},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings, c.token, c.after.count());
    Tenant tenant(MakeSettings(c.settings), kAnchor);
    CHECK(tenant.Handle(Get(WholeWindow()), kAnchor).status == 200);
    if (c.set_later != nullptr) tenant.set_rest_token(c.set_later);
    Request request = Get(WholeWindow());
    request.headers = {{"Netskope-Api-Token", c.token}};
    CHECK(tenant.Handle(request, kAnchor + c.after).status == c.status);
  }
}

}  // namespace
}  // namespace nsf_simulator
