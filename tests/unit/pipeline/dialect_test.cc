// SPDX-License-Identifier: Apache-2.0
// A stream finds out what its tenant honours, and finds out again when that changes.
#include <catch2/catch.hpp>

#include "core/state/keys.h"
#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

void Fill(VirtualRun* run, const std::string& prefix, WallSeconds from, int count, seconds step) {
  for (int i = 0; i < count; ++i) {
    const WallSeconds inserted = from + i * step;
    run->tenant.rows.push_back(
        {prefix + std::to_string(i), inserted, inserted - seconds(i % 7), ""});
  }
}

struct Manners {
  const char* name;
  bool offset, skip, insertion, event;
  const char* learned;
};

void Behave(const Manners& manners, FakeTenant* tenant) {
  tenant->honours_offset = manners.offset;
  tenant->honours_skip = manners.skip;
  tenant->honours_insertion = manners.insertion;
  tenant->honours_event = manners.event;
}

constexpr Manners kAllManners[] = {
    {"the live API", true, false, true, true, "offset, insertion window"},
    {"skip only", false, true, true, true, "skip, insertion window"},
    {"no page parameter", false, false, true, true, "no page parameter, insertion window"},
    {"event windows only", true, false, false, true, "offset, event window"},
    {"skip, event windows only", false, true, false, true, "skip, event window"},
    {"no windows", true, false, false, false, "offset, no window"},
    {"the guide", false, true, false, false, "skip, no window"},
};

std::string Learned(const VirtualRun& run) {
  const auto entry = run.state.find(DialectKey("acme", "audit"));
  if (entry == run.state.end()) return "";
  const std::string text = Describe(DecodeDialect(entry->second).value().dialect);
  return text.substr(0, text.find(", in no order"));
}

TEST_CASE("what a tenant honours is found out, and all of it arrives once") {
  for (const Manners& manners : kAllManners) {
    INFO(manners.name);
    VirtualRun run(AcmeSettings());
    Behave(manners, &run.tenant);
    Fill(&run, "e", run.second() - hours(5), 900, seconds(10));
    Fill(&run, "live", run.second(), 300, seconds(9));
    run.For(hours(4));
    CHECK(run.delivered.size() == 1'200);
    for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
    CHECK(Learned(run).starts_with(manners.learned));
    CHECK(run.snapshot().windows_incomplete == 0);
    CHECK(run.Failures() == "");
  }
}

TEST_CASE("a tenant that changes its mind in the middle of the night recovers") {
  for (const Manners& before : kAllManners) {
    for (const Manners& after : kAllManners) {
      INFO(before.name << " -> " << after.name);
      VirtualRun run(AcmeSettings());
      Behave(before, &run.tenant);
      Fill(&run, "e", run.second() - hours(3), 700, seconds(10));
      Fill(&run, "live", run.second(), 2'000, seconds(9));
      run.For(hours(2));
      Behave(after, &run.tenant);
      run.For(hours(8));
      CHECK(run.delivered.size() == 2'700);
      for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
      CHECK(run.Failures() == "");
    }
  }
}

TEST_CASE("rows dated ahead are delivered once, though windows go by another time, and back") {
  VirtualRun run(AcmeSettings());
  for (int i = 0; i < 700; ++i) {
    const WallSeconds inserted = run.second() - hours(3) + i * seconds(10);
    run.tenant.rows.push_back({std::to_string(i), inserted, inserted + minutes(i % 7), ""});
    if (i % 7 == 6) run.tenant.rows.back().event = inserted + hours(i % 20);
  }
  run.For(hours(2));
  run.tenant.honours_insertion = false;
  run.For(hours(4));
  run.tenant.honours_insertion = true;
  run.tenant.honours_event = false;
  run.For(hours(60));
  CHECK(run.delivered.size() == 700);
  for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
}

TEST_CASE("a row outside of what was asked for is remembered till its own time was walked") {
  VirtualRun run(AcmeSettings());
  run.tenant.honours_insertion = false;  // which nobody can tell of a tenant without rows
  run.request_takes = seconds(1);
  const WallSeconds inserted = run.second() + seconds(4);
  run.tenant.rows.push_back({"told", inserted, std::nullopt, ""});
  run.tenant.rows.push_back({"untold", inserted, std::nullopt, "", true});
  run.For(hours(1));
  CHECK(run.delivered["told"] == 1);
}

TEST_CASE("a name that was refused by chance is found when a second needs more than a page") {
  VirtualRun run(AcmeSettings());
  Behave({"", false, true, true, true, ""}, &run.tenant);
  Fill(&run, "e", run.second() - hours(2), 500, seconds(10));
  Fill(&run, "crowd", run.second() - hours(1), 250, seconds(0));
  const WallSeconds calm = run.second() + minutes(20);
  run.tenant.instead = [&run, calm](const HttpRequest& request) -> std::optional<HttpAnswer> {
    const bool refused = request.target.find("skip=") != std::string::npos && run.second() < calm;
    if (!refused) return std::nullopt;
    HttpAnswer answer;
    answer.status = 400;
    return answer;
  };
  run.For(minutes(15));
  CHECK(Learned(run) == "no page parameter, insertion window");
  CHECK(run.snapshot().windows_incomplete > 0);
  run.For(hours(5));
  CHECK(Learned(run) == "skip, insertion window");
  CHECK(run.snapshot().windows_incomplete == 0);
  CHECK(run.delivered.size() == 750);
  for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
}

TEST_CASE("what is learned is kept over a restart, and told once") {
  VirtualRun run(AcmeSettings());
  run.tenant.honours_insertion = false;
  int answers = 0;
  run.crash = [&] { return run.restarts < 20 && ++answers % 9 == 0; };
  Fill(&run, "e", run.second() - hours(3), 500, seconds(10));
  run.For(hours(1));
  CHECK(run.restarts == 20);
  CHECK(run.delivered.size() == 500);
  run.tenant.targets.clear();
  run.For(hours(1));
  for (const std::string& target : run.tenant.targets) {
    CHECK(target.find("insertionstarttime") == std::string::npos);
  }
}

TEST_CASE("a tenant with neither pages nor windows is refused, with an explanation") {
  VirtualRun run(AcmeSettings());
  Behave({"", false, false, false, false, ""}, &run.tenant);
  Fill(&run, "e", run.second() - hours(3), 500, seconds(10));
  run.For(hours(1));
  CHECK(run.snapshot().blocked_reason == "paging");
  CHECK_THAT(run.snapshot().last_error, Catch::Contains("tenants[].paging"));
  // It goes on by itself when the tenant mends its ways.
  run.tenant.honours_insertion = true;
  run.For(hours(4));
  CHECK(run.delivered.size() == 500);
}

TEST_CASE("a limit that is refused is halved until it is taken") {
  VirtualRun run(AcmeSettings());
  run.tenant.refuses_above = 30;
  Fill(&run, "e", run.second() - hours(3), 500, seconds(10));
  run.For(hours(2));
  CHECK(run.delivered.size() == 500);
  CHECK_THAT(Learned(run), Catch::Contains("pages of up to 25"));
}

TEST_CASE("offsets that are refused for their depth make windows smaller") {
  VirtualRun run(AcmeSettings());
  run.tenant.refuses_from = 300;
  Fill(&run, "e", run.second() - hours(12), 3'000, seconds(10));
  run.For(hours(3));
  CHECK(run.delivered.size() == 3'000);
  CHECK(run.snapshot().windows_incomplete == 0);
  CHECK(run.snapshot().blocked_reason == "");
}

TEST_CASE("a tenant that refuses requests without a window is asked with one") {
  VirtualRun run(AcmeSettings());
  run.tenant.wants_window = true;
  run.tenant.honours_insertion = false;  // and takes no insertion window for one
  Fill(&run, "e", run.second() - hours(3), 500, seconds(10));
  run.For(hours(2));
  CHECK(run.delivered.size() == 500);
  CHECK(Learned(run) == "offset, event window");
}

TEST_CASE("an insertion time that is not shown is no obstacle") {
  VirtualRun run(AcmeSettings());
  run.tenant.shows_insertion = false;
  Fill(&run, "e", run.second() - hours(5), 900, seconds(10));
  Fill(&run, "live", run.second(), 300, seconds(9));
  run.For(hours(27));
  CHECK(run.delivered.size() == 1'200);
  for (const auto& [id, times] : run.delivered) REQUIRE(times == 1);
  CHECK(run.snapshot().windows_incomplete == 0);
}

TEST_CASE("a pin is followed, and a pin that does not fit is told") {
  StreamSettings settings = AcmeSettings();
  settings.pins.window = WindowKind::kInsertion;
  VirtualRun run(settings);
  run.tenant.honours_insertion = false;
  Fill(&run, "e", run.second() - hours(3), 500, seconds(10));
  run.For(hours(1));
  CHECK(run.snapshot().blocked_reason == "paging");
  CHECK(run.delivered.empty());
}

}  // namespace
}  // namespace nsf::test
