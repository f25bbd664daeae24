// SPDX-License-Identifier: Apache-2.0
// What a stream makes of new events before they are formatted: unknown texts are told, filtered
// events are counted and remembered, and no person leaves where none may.
#include "pipeline/stream/intake.h"

#include <catch2/catch.hpp>
#include <string>

#include "app/config/classification_file.h"
#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

StreamSettings FilteringSettings() {
  StreamSettings settings = AcmeSettings();
  settings.classification = BuiltInClassification();
  settings.filter.drop_users = {"bot*"};
  return settings;
}

// `count` rows, one each `step` from `from`; each `nth` of them is the bot's.
void Fill(FakeTenant* tenant, WallSeconds from, int count, seconds step, int nth,
          const std::string& prefix = "e") {
  for (int i = 0; i < count; ++i) {
    const std::string user = i % nth == 0 ? "bot-7" : "ana@corp.example";
    tenant->rows.push_back(
        {prefix + std::to_string(i), from + i * step, std::nullopt, R"(,"user":")" + user + "\""});
  }
}

TEST_CASE("filtered events are counted once, and not delivered") {
  VirtualRun run(FilteringSettings());
  Fill(&run.tenant, run.second() - hours(5), 1'500, seconds(12), 3);
  Fill(&run.tenant, run.second() + seconds(1), 300, seconds(2), 3, "live");
  REQUIRE(run.UntilCaughtUp());
  run.For(hours(2));
  CHECK(run.delivered.size() == 1'200);
  CHECK(run.snapshot().filtered == std::map<std::string, std::uint64_t>{{"user_dropped", 600}});
  CHECK(run.snapshot().pending == 0);
  CHECK(run.Failures() == "");
}

TEST_CASE("a filtered event is in the ledger: after a restart it is known") {
  VirtualRun run(FilteringSettings());
  bool crash = false;
  run.crash = [&crash] { return std::exchange(crash, false); };
  Fill(&run.tenant, run.second() - seconds(20), 60, seconds(0), 1);  // all of them
  REQUIRE(run.UntilCaughtUp());
  run.For(seconds(1));
  CHECK(run.delivered.empty());
  CHECK(run.snapshot().filtered.at("user_dropped") == 60);
  crash = true;
  run.For(seconds(35));
  REQUIRE(run.restarts == 1);
  CHECK(run.snapshot().filtered.empty());
  CHECK(run.snapshot().deduplicated >= 60);
  CHECK(run.Failures() == "");
}

TEST_CASE("a backlog of which all is filtered is committed as it is walked") {
  StreamSettings settings = FilteringSettings();
  settings.batch.events = 60;
  VirtualRun run(settings);
  Fill(&run.tenant, run.second() - minutes(30), 5'000, seconds(0), 1);
  run.Until([&] { return run.snapshot().filtered.count("user_dropped") == 1; }, minutes(5));
  REQUIRE(run.UntilCaughtUp());
  CHECK(run.snapshot().filtered.at("user_dropped") == 5'000);
  CHECK(run.commits > 20);
  CHECK(run.Failures() == "");
}

TEST_CASE("through crashes all that is not filtered arrives") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    StreamSettings settings = FilteringSettings();
    settings.batch.events = 150;
    VirtualRun run(settings, seed);
    Fill(&run.tenant, run.second() - hours(5), 900, seconds(20), 2);
    std::mt19937_64 dice(seed);
    run.crash = [&] { return run.restarts < 25 && dice() % 4 == 0; };
    run.For(minutes(40));
    REQUIRE(run.delivered.size() == 450);
    REQUIRE(run.Failures() == "");
  }
}

TEST_CASE("what is redacted is redacted in all that a sink is given") {
  for (const Format format : {Format::kRaw, Format::kOcsf}) {
    StreamSettings settings = FilteringSettings();
    settings.sinks = {{"out", format}, {"too", Format::kRaw}};
    settings.redaction.user = Veil::kHash;
    settings.redaction.key = Secret("0123456789abcdef");
    VirtualRun run(settings);
    Fill(&run.tenant, run.second() - hours(2), 300, seconds(20), 3);
    std::size_t seen = 0;
    run.commit_fails = [&](Batch& batch) -> std::optional<Error> {
      for (const SinkBatch& sink : batch.sinks) {
        for (const Record& record : sink.records) {
          ++seen;
          for (const std::string_view bytes : {record.value, record.raw, record.user}) {
            CHECK(bytes.find("ana") == std::string_view::npos);
            CHECK(bytes.find("01ae1402574253e23a3274c219f27182@hmac.invalid") !=
                  std::string_view::npos);
          }
        }
      }
      CHECK(batch.pages.empty());
      return std::nullopt;
    };
    REQUIRE(run.UntilCaughtUp());
    CHECK(seen == 400);
    CHECK(run.delivered.size() == 200);
  }
}

TEST_CASE("a text that no rule knows is told once, and not more than a hundred of them") {
  StreamSettings settings = FilteringSettings();
  Intake intake(settings);
  std::size_t told = 0;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1'000; ++i) {
      const std::string text = "something \n odd " + std::to_string(i);
      AuditEvent event;
      const Row row;
      event.row = &row;
      event.event_text = text;
      intake.Admit(&event, WallTime());
      const auto notice = intake.TakeUnknown();
      if (!notice) continue;
      ++told;
      CHECK(notice->find('\n') == std::string::npos);
      if (told <= 100) CHECK(notice->find("odd " + std::to_string(i)) != std::string::npos);
      if (told == 101) CHECK(notice->find("not told") != std::string::npos);
    }
  }
  CHECK(told == 101);
}

TEST_CASE("own calls are marked where all that tells whose they are is hashed") {
  StreamSettings settings = FilteringSettings();
  settings.filter.own_calls = OwnCalls::kTag;
  settings.filter.own_user = "siem-poller";
  settings.redaction.user = Veil::kHash;
  settings.redaction.key = Secret("0123456789abcdef");
  Intake intake(settings);
  const Page page = Page::Parse(
      R"([{"audit_log_event":"Rest API V2 Call","user":"siem-poller","supporting_data":)"
      R"({"data_values":[200,"GET","/api/v2/events/data/audit"]}}])");
  RowReader reader;
  AuditEvent event = Normalize(reader.Read(page.rows()[0]));
  const Intake::Admission admission = intake.Admit(&event, WallTime());
  CHECK(admission.filtered.empty());
  CHECK(admission.rewritten);
  CHECK(event.classification.class_uid == 6003);
  CHECK(event.classification.category == "OWN_CALL");
  CHECK(event.user == "hmac-81d614966346d29d54ee3e3edfe1c62b");
}

}  // namespace
}  // namespace nsf::test
