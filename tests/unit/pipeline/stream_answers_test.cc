// SPDX-License-Identifier: Apache-2.0
// What a stream does with answers that are not a page of rows.
#include <algorithm>
#include <catch2/catch.hpp>

#include "pipeline/stream/stream.h"
#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

HttpAnswer Status(int status, std::string body = "{}") {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

// Every answer is bent for a while; afterwards everything must have arrived once.
struct Fault {
  const char* name;
  HttpAnswer answer;
  const char* code;
  const char* blocked;  // the reason; empty: not blocked
};

std::vector<Fault> Faults() {
  HttpAnswer broken = Status(200, R"({"ok":1,"result":[{"_id":"x")");
  broken.failure = HttpFailure::kBroken;
  broken.failure_text = "the body ended early";
  HttpAnswer refused;
  refused.failure = HttpFailure::kConnect;
  refused.failure_text = "connection refused";
  HttpAnswer secret;
  secret.failure = HttpFailure::kSecret;
  secret.failure_text = "no such file";
  HttpAnswer slow = Status(429);
  slow.headers = {{"retry-after", "3"}};
  return {
      {"429 with Retry-After", slow, "429", ""},
      {"429 without a header", Status(429), "429", ""},
      {"500", Status(500), "500", ""},
      {"503 as HTML", Status(503, "<html>"), "503", ""},
      {"200 cut", Status(200, R"({"ok":1,"result":[{"_id":)"), "200", ""},
      {"200 empty", Status(200, ""), "200", ""},
      {"200 with an error", Status(200, R"({"ok":0,"message":"busy"})"), "200", ""},
      {"body broken", broken, "error", ""},
      {"connection refused", refused, "error", ""},
      {"401", Status(401), "401", "unauthorized"},
      {"403", Status(403), "403", "forbidden"},
      {"404", Status(404), "404", "refused"},
      {"302", Status(302), "302", "redirect"},
      {"token unreadable", secret, "error", "secret"},
  };
}

TEST_CASE("no answer is taken for silence: the cursor stays, and all arrives once it passes") {
  for (const Fault& fault : Faults()) {
    INFO(fault.name);
    VirtualRun run(AcmeSettings());
    for (int i = 0; i < 1'000; ++i) {
      run.tenant.rows.push_back(
          {"e" + std::to_string(i), run.second() - hours(10) + i * seconds(30), std::nullopt, ""});
    }
    REQUIRE(run.Until([&] { return run.delivered.size() >= 300; }, hours(1)));
    bool bent = true;
    run.tenant.instead = [&](const HttpRequest&) {
      return bent ? std::optional(fault.answer) : std::nullopt;
    };
    run.For(seconds(1));
    const auto until = run.snapshot().delivered_until;
    const auto arrived = run.delivered.size();
    const auto asked = run.tenant.targets.size();
    run.For(minutes(10));
    CHECK(run.delivered.size() == arrived);
    CHECK(run.snapshot().delivered_until == until);
    CHECK(run.snapshot().blocked_reason == fault.blocked);
    CHECK(run.snapshot().requests.at(fault.code) > 1);
    CHECK(run.tenant.targets.size() - asked < 250);  // it does not hammer
    bent = false;
    REQUIRE(run.UntilCaughtUp());
    CHECK(run.delivered.size() == 1'000);
    for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
    CHECK(run.snapshot().blocked_reason == "");
    CHECK(run.snapshot().last_error == "");
    CHECK(run.snapshot().up == true);
    CHECK(run.Failures() == "");
  }
}

TEST_CASE("a 429 is obeyed to the second and counted by name") {
  VirtualRun run(AcmeSettings());
  REQUIRE(run.UntilCaughtUp());
  int limited = 0;
  run.tenant.instead = [&](const HttpRequest&) -> std::optional<HttpAnswer> {
    if (limited++ > 0) return std::nullopt;
    HttpAnswer answer = Status(429);
    answer.headers = {{"retry-after", "47"}};
    return answer;
  };
  REQUIRE(run.Until([&] { return limited == 1; }, minutes(1)));
  const auto refused_at = run.now().monotonic;
  REQUIRE(run.Until([&] { return limited == 2; }, minutes(2)));
  CHECK(run.now().monotonic - refused_at >= seconds(47));
  CHECK(run.now().monotonic - refused_at < seconds(48));
  CHECK(run.snapshot().rate_limited == 1);
  CHECK(run.snapshot().up == true);
}

TEST_CASE("401 once is the moment of a rotation: asked again at once, nobody is alarmed") {
  VirtualRun run(AcmeSettings());
  REQUIRE(run.UntilCaughtUp());
  int refused = 0;
  run.tenant.instead = [&](const HttpRequest&) -> std::optional<HttpAnswer> {
    if (refused++ > 0) return std::nullopt;
    return Status(401);
  };
  run.notices.clear();
  run.For(seconds(40));
  CHECK(refused >= 2);
  CHECK(run.snapshot().blocked_reason == "");
  CHECK(run.notices.empty());
}

TEST_CASE("a blocked stream says once which token is wanted, and probes slowly") {
  VirtualRun run(AcmeSettings());
  run.tenant.instead = [](const HttpRequest&) { return Status(403); };
  run.For(hours(1));
  REQUIRE(run.notices.size() == 1);
  CHECK(run.notices.front().level == Notice::Level::kError);
  CHECK_THAT(run.notices.front().text, Catch::Contains("REST API v2 token"));
  CHECK_THAT(run.snapshot().last_error, Catch::Contains("Settings > Tools > REST API v2"));
  CHECK(run.tenant.targets.size() <= 121);
  CHECK(run.snapshot().tried);
}

TEST_CASE("a page that is too large is asked for in smaller pieces") {
  VirtualRun run(AcmeSettings());
  for (int i = 0; i < 300; ++i) {
    run.tenant.rows.push_back({"e" + std::to_string(i), run.second() - hours(1), std::nullopt, ""});
  }
  run.tenant.instead = [](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (request.target.find("limit=100&") == std::string::npos &&
        request.target.find("limit=50&") == std::string::npos) {
      return std::nullopt;
    }
    HttpAnswer answer = Status(200, "");
    answer.failure = HttpFailure::kBodyTooLarge;
    return answer;
  };
  REQUIRE(run.UntilCaughtUp());
  CHECK(run.delivered.size() == 300);
}

TEST_CASE("a page that does not parse is asked for again, then split down to the row") {
  VirtualRun run(AcmeSettings());
  const auto time = std::to_string((run.second() - hours(1)).time_since_epoch().count());
  const std::string good =
      "{\"_id\":\"good\",\"timestamp\":" + time + ",\"_insertion_epoch_timestamp\":" + time + '}';
  int asked = 0;
  run.tenant.instead = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    const bool covers = request.target.find("limit=100&offset=0") != std::string::npos;
    if (!covers || run.snapshot().caught_up) return std::nullopt;
    ++asked;
    return Status(200, "{\"ok\":1,\"result\":[" + good + ",{\"_id\":\"broken\",}]}");
  };
  REQUIRE(run.Until([&] { return run.dead_lettered.size() == 1; }, hours(2)));
  run.For(hours(30));
  CHECK(asked >= 2);
  CHECK(run.delivered == std::map<std::string, int>{{"good", 1}});
  CHECK(run.dead_lettered == std::map<std::string, int>{{"{\"_id\":\"broken\",}", 1}});
  CHECK(run.snapshot().sinks.at("out").dead_lettered ==
        std::map<std::string, std::uint64_t>{{"malformed", 1}});
  CHECK(run.Failures() == "");
}

// A quote is missing, say: rows after it cannot be told from it.
TEST_CASE("a page that cannot be split is halved down to the row, and waits for two answers only") {
  constexpr std::uint64_t kBroken = 41;
  VirtualRun run(AcmeSettings());
  for (int i = 0; i < 64; ++i) {
    run.tenant.rows.push_back({"e" + std::to_string(i), run.second() - hours(1), std::nullopt, ""});
  }
  run.tenant.instead = [&run](const HttpRequest& request) -> std::optional<HttpAnswer> {
    const auto number = [&request](const std::string& name) {
      const auto at = request.target.find(name);
      return at == std::string::npos ? 0 : std::stoull(request.target.substr(at + name.size()));
    };
    const std::uint64_t offset = number("offset=");
    const std::uint64_t limit = number("limit=");
    if (run.snapshot().caught_up || offset > kBroken || offset + limit <= kBroken) {
      return std::nullopt;
    }
    return Status(
        200, limit > 1 ? "{\"result\":[{\"_id\":\"x}" : "{\"result\":[{\"_id\":,}],\"total\":64}");
  };
  REQUIRE(run.Until([&] { return run.dead_lettered.size() == 1; }, minutes(10)));
  run.For(hours(3));
  CHECK(run.delivered.size() == 64);  // the edge, later, shows what was broken before
  const auto waits = std::count_if(
      run.notices.begin(), run.notices.end(),
      [](const Notice& notice) { return notice.text.find("trying again") != std::string::npos; });
  CHECK(waits == 2);
}

// Behind two of its own brackets: what is left could be a whole answer with a broken row.
TEST_CASE("a row that was cut is not taken for a broken one, where totals are stated") {
  VirtualRun run(AcmeSettings());
  run.tenant.rows.push_back({"e", run.second() - hours(1), std::nullopt, ",\"x\":[{\"y\":[1]}]"});
  int cuts = 0;
  run.tenant.instead = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    FakeTenant whole = run.tenant;
    whole.instead = nullptr;
    HttpAnswer answer = whole.Answer(request, run.now().wall);
    const auto end = answer.body.find("[1]}");
    if (cuts > 20 || end == std::string::npos) return std::nullopt;
    ++cuts;
    answer.body.resize(end + 4);
    return answer;
  };
  run.For(hours(3));
  CHECK(cuts > 20);
  CHECK(run.dead_lettered.empty());
  CHECK(run.delivered == std::map<std::string, int>{{"e", 1}});
}

TEST_CASE("one row that is too large alone is said to be, with the key to raise") {
  VirtualRun run(AcmeSettings());
  run.tenant.instead = [](const HttpRequest&) {
    HttpAnswer answer = Status(200, "");
    answer.failure = HttpFailure::kBodyTooLarge;
    return answer;
  };
  run.For(minutes(5));
  CHECK_THAT(run.snapshot().last_error, Catch::Contains("max_page_bytes"));
  CHECK(run.snapshot().blocked_reason == "refused");
}

TEST_CASE("a drained stream starts nothing more") {
  StreamSettings settings = AcmeSettings();
  class NoRandom : public Random {
    double Uniform() override { return 0; }
  } random;
  Budget budget({240, 4});
  const std::map<std::string, std::string> nothing;
  auto stream = Stream::Create(settings, MapState(nothing), budget, random);
  REQUIRE(stream);
  (*stream)->Drain();
  const StepOutput out = (*stream)->Step({WallTime{}, MonotonicTime(hours(1))}, {});
  CHECK(out.requests.empty());
  CHECK(out.commits.empty());
}

}  // namespace
}  // namespace nsf::test
