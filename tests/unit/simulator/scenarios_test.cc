// SPDX-License-Identifier: Apache-2.0
// Scenarios and settings as text: all parse, faults are told, and the manual repeats them.
#include "tenant/scenarios.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

std::string Manual() {
  std::ifstream file("docs/SIMULATOR.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("every scenario applies, answers, and is found by its name") {
  std::set<std::string_view> names;
  for (const Scenario& scenario : Scenarios()) {
    CAPTURE(scenario.name);
    CHECK(names.insert(scenario.name).second);
    CHECK(FindScenario(scenario.name) == &scenario);
    Tenant tenant(MakeSettings("events=200 " + std::string(scenario.settings)), kAnchor);
    const Answer answer = tenant.Handle(Get(WholeWindow()), kAnchor);
    const bool may_fail =
        std::string_view(scenario.settings).find("faults=") != std::string_view::npos;
    CHECK((answer.status == 200 || may_fail));
  }
  CHECK(FindScenario("nonsense") == nullptr);
  CHECK(FindScenario("") == nullptr);
}

TEST_CASE("the manual lists every scenario and every setting") {
  const std::string manual = Manual();
  REQUIRE_FALSE(manual.empty());
  for (const Scenario& s : Scenarios()) {
    const std::string row = "| `" + std::string(s.name) + "` | `" + std::string(s.settings) +
                            "` | " + std::string(s.shows) + " |";
    CHECK_THAT(manual, Catch::Contains(row));
  }
  for (std::size_t i = 1; i < kFaultCount; ++i) {
    const std::string name(FaultName(static_cast<Fault>(i)));
    CHECK_THAT(manual, Catch::Contains("\n| `" + name + "` | "));
  }
  for (std::size_t i = 0; i < kOddRowCount; ++i) {
    const std::string name(OddRowName(static_cast<OddRow>(i)));
    CHECK_THAT(manual, Catch::Contains("\n| `" + name + "` | "));
  }
  for (const SettingKey& key : SettingKeys()) {
    const std::string row = "| `" + std::string(key.name) + "` | " + std::string(key.values) +
                            " | " + std::string(key.meaning) + " |";
    CHECK_THAT(manual, Catch::Contains(row));
  }
}

TEST_CASE("settings that do not fit are refused and change nothing") {
  for (const char* text : {"events",
                           "events=",
                           "events=-1",
                           "events=1.5",
                           "events=1e3",
                           "events=999999999999",
                           "=5",
                           "Events=5",
                           "nonsense=5",
                           "span=5",
                           "span=5w",
                           "span=-5s",
                           "span=500ms",
                           "span=99999999999999999d",
                           "span=h",
                           "live=-1",
                           "live=nan",
                           "live=inf",
                           "live=x",
                           "rate_limit=5/h",
                           "rate_limit=/min",
                           "rate_limit=-5/min",
                           "rate_limit=1000000001/s",
                           "order=up",
                           "ties=",
                           "gzip=yes",
                           "event_bounds=[",
                           "event_bounds=][",
                           "event_bounds=[]]",
                           "rows_key=",
                           "rows_key=a\"b",
                           "short_page_percent=101",
                           "faults=",
                           "faults=cut",
                           "faults=cut:",
                           "faults=cut:1001",
                           "faults=cut:-1",
                           "faults=nonsense:5",
                           "faults=cut:5,",
                           "faults=cut:500,500:501",
                           "odd_rows=cut:5",
                           "odd_rows=bare:1001",
                           "crowd=0",
                           "token_expired_status=404",
                           "rate_shared_percent=100",
                           "rows_in=",
                           "changes_to=",
                           "changes_to=nonsense",
                           "changes_to=events=5",
                           "changes_to=guide;seed=2",
                           "changes_to=late-arrivals",
                           "changes_to=changes_to=guide",
                           "changes_to=turns-to-guide",
                           "dialect=klingon",
                           "delay=1",
                           "delay=-1s",
                           "row_variety=0",
                           "row_variety=00",
                           "limit_max=0",
                           "limit_default=0",
                           "live=1e-300",
                           "clock_offset=1500ms"}) {
    CAPTURE(text);
    Settings settings;
    const auto fault = ApplySetting(text, &settings);
    CHECK(fault);
    CHECK(settings.events == Settings().events);
    CHECK(settings.span == Settings().span);
  }
}

TEST_CASE("settings are read in their own units") {
  const Settings s = MakeSettings(
      "span=2d rate_limit=4/s live=0.25 delay=250ms clock_offset=-2d # a comment = here\n"
      "\t event_bounds=[)\r\n\n late_by=90m");
  CHECK(s.span == std::chrono::hours(48));
  CHECK(s.rate_limit == 4);
  CHECK(s.rate_period == std::chrono::seconds(1));
  CHECK(s.live_per_second == 0.25);
  CHECK(s.delay == std::chrono::milliseconds(250));
  CHECK(s.clock_offset == std::chrono::hours(-48));
  CHECK(s.event_bounds.start_included);
  CHECK_FALSE(s.event_bounds.end_included);
  CHECK(s.late_by == std::chrono::minutes(90));
  CHECK(MakeSettings("rate_limit=300").rate_period == std::chrono::seconds(60));
}

TEST_CASE("a fault in a text is told with its line") {
  Settings settings;
  const auto fault = ApplySettingsText("events=5\n# order=up\n\norder=up\n", &settings);
  REQUIRE(fault);
  CHECK_THAT(*fault, Catch::StartsWith("line 4: 'up' does not fit order"));
}

TEST_CASE("times that would not fit their place in a row are known") {
  struct Case {
    const char* settings;
    std::int64_t start;
    bool fit;
  };
  const Case cases[] = {
      {"", kStart, true},
      {"", 1'000'000'000, false},
      {"span=0s", 1'000'000'300, true},
      {"span=0s", 1'000'000'299, false},
      {"span=0s late_by=1d", 1'000'000'300, false},
      {"span=3650d late_by=3650d clock_offset=-3650d", kStart, false},
      {"", 9'900'000'001, false},
      {"clock_offset=1s", 9'900'000'000, false},
      {"ahead_by=1s", 9'900'000'000, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.settings, c.start);
    CHECK(TimesFit(MakeSettings(c.settings), Time(std::chrono::seconds(c.start))) == c.fit);
  }
}

TEST_CASE("the later of two dialects is the one spoken") {
  const Settings settings = MakeSettings("dialect=guide dialect=live");
  CHECK(settings.rows_key == "result");
  CHECK(settings.page_parameter == PageParameter::kOffset);
  CHECK(settings.rate_headers == RateHeaders::kOn);
}

}  // namespace
}  // namespace nsf_simulator
