// SPDX-License-Identifier: Apache-2.0
// Which lines of the dead letter are sent again, to whom, and what stays.
#include "pipeline/replay/dead_letter_batch.h"

#include <catch2/catch.hpp>

#include "app/config/classification_file.h"
#include "core/format/dead_letter.h"
#include "core/identity/picture_builder.h"

namespace nsf {
namespace {

const std::map<std::string, Format> kFormats = {{"lake", Format::kOcsf}, {"out", Format::kRaw}};

std::string Line(const std::string& id, const std::string& sink, const std::string& tenant = "acme",
                 const std::string& raw = "") {
  SinkBatch batch;
  batch.sink = sink;
  batch.tenant = tenant;
  batch.stream = "audit";
  const std::string row =
      raw.empty() ? R"({"_id":")" + id + R"(","timestamp":1760000000,"user":"ana"})" : raw;
  Record record;
  record.raw = row;
  record.event_id = id;
  TextBuffer line;
  AppendDeadLetter(batch, record, {0, "too_large", ""}, WallTime(), &line);
  return line.str();
}

TEST_CASE("rows are formatted anew for the sinks that refused them, marked as a replay") {
  const std::vector<std::string> lines = {Line("1", "out"), Line("2", "lake"), Line("3", "out"),
                                          Line("4", "out", "other")};
  const auto made = MakeDeadLetterBatch(lines, {}, {kFormats, BuiltInClassification(), {}, {}}, {});
  CHECK(made.kept.empty());
  CHECK(made.sent == 4);
  REQUIRE(made.batch);
  REQUIRE(made.batch->sinks.size() == 3);  // by tenant, stream and sink
  for (const SinkBatch& part : made.batch->sinks) {
    CHECK(part.replay);
    CHECK(part.outcomes == std::vector(part.records.size(), OutcomeKind::kUndecided));
    CHECK(part.format == kFormats.at(part.sink));
  }
  const SinkBatch& lake = made.batch->sinks[0];
  CHECK(lake.sink == "lake");
  CHECK(lake.records[0].value.starts_with("{"));
  CHECK(lake.records[0].value != lake.records[0].raw);
  const SinkBatch& out = made.batch->sinks[1];
  REQUIRE(out.records.size() == 2);
  CHECK(out.records[1].value == R"({"_id":"3","timestamp":1760000000,"user":"ana"})");
  CHECK(out.records[1].event_id == "3");
  CHECK(out.records[1].user == "ana");
  CHECK(out.records[1].time == WallSeconds(std::chrono::seconds(1'760'000'000)));
}

TEST_CASE("what is not meant, or not possible, is kept byte for byte") {
  const std::vector<std::string> lines = {Line("1", "out"),
                                          Line("2", "gone"),
                                          Line("3", "out", "acme", "{broken"),
                                          "not a line",
                                          Line("4", "out", "acme", "1,2"),
                                          Line("5", "lake"),
                                          Line("6", "out", "other")};
  const auto ids = [&lines](const DeadLetterChoice& choice) {
    return MakeDeadLetterBatch(lines, choice, {kFormats, BuiltInClassification(), {}, {}}, {});
  };
  CHECK(ids({}).sent == 3);
  CHECK(ids({}).kept == std::vector<std::string_view>{lines[1], lines[2], lines[3], lines[4]});
  CHECK(ids({"acme", "", ""}).sent == 2);
  CHECK(ids({"", "", "lake"}).sent == 1);
  CHECK(ids({"other", "audit", "out"}).sent == 1);
  const auto none = ids({"nobody", "", ""});
  CHECK(none.batch == nullptr);
  CHECK(none.kept.size() == lines.size());
}

TEST_CASE("what was kept before there was something to take out is sent without it") {
  RedactionSettings redaction;
  redaction.user = Veil::kRedact;
  const std::vector<std::string> lines = {
      Line("1", "out", "acme", R"({"_id":"1","user":"ana@corp.example"})"),
      Line("2", "out", "other", R"({"_id":"2","user":"ana@corp.example"})")};
  const auto made = MakeDeadLetterBatch(
      lines, {}, {kFormats, BuiltInClassification(), {{"acme", redaction}}, {}}, {});
  REQUIRE(made.sent == 2);
  const Record& acme = made.batch->sinks[0].records[0];
  CHECK(acme.value == R"({"_id":"1","user":"redacted@redacted.invalid"})");
  CHECK(acme.raw == acme.value);
  CHECK(acme.user == "redacted@redacted.invalid");
  CHECK(made.batch->sinks[1].records[0].user == "ana@corp.example");
}

TEST_CASE("people are shown as they are known, where they are asked for") {
  PictureBuilder builder({});
  ScimUser ana;
  ana.id = "u-77";
  ana.user_name = "Ana";
  builder.AddUser(ana);
  const WallSeconds taken(std::chrono::seconds(1'760'000'000));
  auto directory = std::make_shared<Directory>(std::chrono::hours(1));
  directory->Show(builder.Finish({taken, {}, true}, 1, nullptr).picture);
  const DeadLetterForms forms{kFormats, BuiltInClassification(), {}, {{"acme", directory}}};
  const std::vector<std::string> lines = {Line("1", "lake"), Line("2", "lake", "other")};
  const auto shown = [&](WallTime now) {
    const auto made = MakeDeadLetterBatch(lines, {}, forms, now);
    CHECK(made.batch->sinks.at(1).records[0].value.find("u-77") == std::string_view::npos);
    return std::string(made.batch->sinks.at(0).records[0].value);
  };
  CHECK(shown(taken).find(R"("uid":"u-77")") != std::string::npos);
  CHECK(shown(taken).find(R"("status":"found")") != std::string::npos);
  CHECK(shown(taken + std::chrono::hours(3)).find(R"("status":"stale")") != std::string::npos);
}

}  // namespace
}  // namespace nsf
