// SPDX-License-Identifier: Apache-2.0
// What stands before the rows: routes, methods, tokens, the rate limit and faults.
#include <catch2/catch.hpp>
#include <optional>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::optional<std::string> Header(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

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
  CHECK(tenant.statistics().rate_limited == 2);
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
  CHECK_FALSE(FaultByName("404"));
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
  const Settings settings = MakeSettings(
      "fault_429_permille=100 fault_500_permille=50 fault_503_permille=50 fault_cut_permille=100 "
      "fault_hang_permille=20");
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

}  // namespace
}  // namespace nsf_simulator
