// SPDX-License-Identifier: Apache-2.0
// /status.json member by member, and the policy that the status page is served with.
#include <catch2/catch.hpp>
#include <string>

#include "app/status/status_json.h"
#include "app/status/status_page.h"
#include "rapidjson/document.h"

namespace nsf {
namespace {

using std::chrono::seconds;

Now At(int second) {
  return {WallTime(seconds(1'772'355'600 + second)), MonotonicTime(seconds(1'000 + second))};
}

Status Sample() {
  auto snapshot = std::make_shared<StreamSnapshot>();
  snapshot->received = 100;
  snapshot->deduplicated = 10;
  snapshot->pending = 5;
  snapshot->filtered["own_call"] = 1;
  snapshot->sinks["lake"].delivered = 83;
  snapshot->sinks["lake"].dead_lettered["invalid"] = 1;
  snapshot->first_window_start = WallSeconds(seconds(1'772'355'600 - 4'000));
  snapshot->delivered_until = WallSeconds(seconds(1'772'355'600 - 1'000));
  snapshot->windows_incomplete = 2;
  snapshot->last_error = "503: \"</script>\n\xff\"";
  snapshot->days = std::make_shared<std::vector<DayProof>>(std::vector<DayProof>{
      {WallSeconds(seconds(1'772'323'200)), seconds(80'000), seconds(600), 42}});
  StreamView view;
  view.watched = {"acme", "audit", {"lake"}, seconds(30), seconds(180)};
  view.snapshot = snapshot;
  view.budget = {7.0, 3.5, seconds(2), {}};
  view.health = {StreamState::kCatchingUp, "backlog", At(-60).wall};
  view.lag = seconds(1'000);
  view.history.Note(At(-20).monotonic, 0, seconds(1'020));
  view.history.Note(At(-10).monotonic, 50, seconds(1'000));
  Status status;
  status.version = "1.2.3";
  status.commit = "abc";
  status.now = At(0);
  status.started = At(-600).wall;
  status.config = {"/etc/x.yaml", At(-600).wall, ""};
  status.tenants = {{"acme", "https://acme.goskope.com", 240, WallSeconds(seconds(1'800'000'000))}};
  status.sinks = {{"lake", "kafka", "ocsf", "at least once"}};
  status.streams = {view};
  status.troubles["lake"] = {"no broker is reachable", At(-30)};
  return status;
}

rapidjson::Document Parsed(const Status& status) {
  rapidjson::Document document;
  document.Parse(StatusJson(status).c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

TEST_CASE("the status says of a stream what a person asks") {
  const rapidjson::Document json = Parsed(Sample());
  CHECK(json["schema"].GetInt() == 1);
  CHECK(json["time"].GetString() == std::string("2026-03-01T09:00:00Z"));
  CHECK(json["started"].GetString() == std::string("2026-03-01T08:50:00Z"));
  CHECK(json["states"]["catching_up"].GetInt() == 1);
  CHECK(json["states"]["healthy"].GetInt() == 0);
  const auto& stream = json["streams"][0];
  CHECK(stream["state"].GetString() == std::string("catching_up"));
  CHECK(stream["reason"].GetString() == std::string("backlog"));
  CHECK(stream["since"].GetString() == std::string("2026-03-01T08:59:00Z"));
  CHECK(stream["lag_seconds"].GetInt() == 1000);
  CHECK(stream["events"]["pending"].GetInt() == 5);
  CHECK(stream["events"]["sinks"]["lake"]["delivered"].GetInt() == 83);
  CHECK(stream["events"]["sinks"]["lake"]["dead_lettered"].GetInt() == 1);
  CHECK(stream["events"]["per_second"][0].GetDouble() == 5.0);
  CHECK(stream["backlog"]["done"].GetDouble() == 0.75);
  CHECK(stream["backlog"]["eta_seconds"].GetInt() == 500);
  CHECK(stream["completeness"]["windows_incomplete"].GetInt() == 2);
  CHECK(stream["completeness"]["days"][0]["day"].GetString() == std::string("2026-03-01"));
  CHECK(stream["completeness"]["days"][0]["unproven_seconds"].GetInt() == 600);
  CHECK(json["tenants"][0]["budget"]["configured_per_second"].GetDouble() == 4.0);
  CHECK(json["tenants"][0]["budget"]["remaining"].GetDouble() == 7.0);
  CHECK(json["tenants"][0]["token_expires"].GetString() == std::string("2027-01-15T08:00:00Z"));
  CHECK(json["sinks"][0]["ok"].GetBool() == false);
  CHECK(json["sinks"][0]["error"].GetString() == std::string("no broker is reachable"));
  CHECK(json["dead_letter"]["ok"].GetBool() == true);
}

TEST_CASE("what a stream does not know is absent, and a server's words are text") {
  Status status = Sample();
  status.config.error = "line 3";
  auto fresh = std::make_shared<StreamSnapshot>();
  fresh->caught_up = true;
  status.streams.push_back(status.streams.front());
  status.streams.back().snapshot = fresh;
  status.streams.back().lag.reset();
  const rapidjson::Document json = Parsed(status);
  CHECK(json["config"]["error"].GetString() == std::string("line 3"));
  CHECK(json["streams"][0]["last_error"].GetString() ==
        std::string("503: \"</script>\n\xef\xbf\xbd\""));
  const auto& bare = json["streams"][1];
  for (const char* member : {"lag_seconds", "delivered_until", "backlog", "last_error"}) {
    INFO(member);
    CHECK_FALSE(bare.HasMember(member));
  }
  CHECK(bare["completeness"]["days"].Empty());
}

TEST_CASE("the page runs what stands in it, and nothing else") {
  const std::string page = "<style>a{}</style><script>alert(1)</script>";
  // echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64
  CHECK(PolicyOf(page).find("script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='") !=
        std::string::npos);
  CHECK(PolicyOf(page).starts_with("default-src 'none'; "));
  CHECK(PolicyOf(page).find("unsafe") == std::string::npos);
  CHECK(PolicyOf(page) != PolicyOf("<style>a{}</style><script>alert(2)</script>"));
  const std::string& own = StatusPage();
  for (const char* outside : {"http://", "https://", "//cdn", " style=", " onclick", "innerHTML"}) {
    INFO(outside);
    const std::size_t at = own.find(outside);
    // The namespace of SVG is a name, and nothing is fetched from it.
    CHECK((at == std::string::npos || own.compare(at, 26, "http://www.w3.org/2000/svg") == 0));
  }
  CHECK(own.find("<script>") == own.rfind("<script"));
  CHECK(own.find("<style>") == own.rfind("<style"));
}

}  // namespace
}  // namespace nsf
