// SPDX-License-Identifier: Apache-2.0
// A line of the dead letter says everything, whatever was in the record.
#include "core/format/dead_letter.h"

#include "unit/format/parsed.h"

namespace nsf {
namespace {

using std::chrono::milliseconds;

std::string Line(std::string_view raw, const Rejection& rejection = {0, "too_large", "1 MB"},
                 WallTime when = WallTime(milliseconds(1'760'000'100'007))) {
  SinkBatch batch;
  batch.sink = "lake";
  batch.tenant = "acme";
  batch.stream = "audit";
  Record record;
  record.raw = raw;
  record.event_id = "5f2c";
  TextBuffer out;
  AppendDeadLetter(batch, record, rejection, when, &out);
  return out.str();
}

TEST_CASE("A dead letter is one line of JSON that holds the row") {
  CHECK(Line(R"({"a":"b"})") ==
        R"({"time":"2025-10-09T08:55:00.007Z","tenant":"acme","stream":"audit","sink":"lake",)"
        R"("event_id":"5f2c","reason":"too_large","detail":"1 MB","raw":"{\"a\":\"b\"}"})");
}

TEST_CASE("Rows that are not UTF-8 are kept as base64") {
  struct Case {
    std::string raw;
    const char* base64;
  };
  const std::vector<Case> cases = {
      {"\xFF", "/w=="}, {"a\xFF", "Yf8="}, {"ab\xFF", "YWL/"}, {"abc\xFE", "YWJj/g=="}};
  for (const Case& c : cases) {
    const rapidjson::Document line = ParseLine(Line(c.raw));
    CHECK(At(line, "/raw_base64") == "\"" + std::string(c.base64) + "\"");
    CHECK(At(line, "/raw") == "absent");
  }
}

TEST_CASE("A line is read back, whatever the row held") {
  const std::string rows[] = {
      R"({"a":"b"})",           "", "\xFF", "a\xFF", "ab\xFF\n", "{\n\"a\":\"\\ud800\"}",
      std::string("\0\x01", 2), "5"};
  for (const std::string& raw : rows) {
    const auto letter = ReadDeadLetter(Line(raw));
    REQUIRE(letter);
    CHECK(letter->raw == raw);
    CHECK(letter->time == "2025-10-09T08:55:00.007Z");
    CHECK(letter->tenant == "acme");
    CHECK(letter->stream == "audit");
    CHECK(letter->sink == "lake");
    CHECK(letter->event_id == "5f2c");
    CHECK(letter->reason == "too_large");
    CHECK(letter->detail == "1 MB");
  }
}

TEST_CASE("What is no line of the dead letter is refused") {
  const std::string good = Line("row");
  for (const std::string& bad :
       {std::string(), std::string("{}"), good + "," + good, good.substr(1), std::string("[]"),
        std::string(R"({"tenant":"a","stream":"b","sink":"c"})"),
        std::string(R"({"tenant":"a","stream":"b","sink":"c","raw_base64":"a"})"),
        std::string(R"({"tenant":"a","stream":"b","sink":"c","raw_base64":"=aaa"})"),
        std::string(R"({"tenant":"a","stream":"b","sink":"c","raw_base64":"aa==aaaa"})")}) {
    CHECK_FALSE(ReadDeadLetter(bad));
  }
}

TEST_CASE("Hostile texts stay on one line") {
  const std::string line = Line("{\n\"a\":\"\\u2028\"}", {3, "invalid", "bad\n\"thing\"\xFF"});
  const rapidjson::Document parsed = ParseLine(line);
  CHECK(At(parsed, "/detail") == R"("bad\n\"thing\")"
                                 "\xEF\xBF\xBD\"");
  CHECK(At(parsed, "/raw") == R"("{\n\"a\":\"\\u2028\"}")");
}

TEST_CASE("Times are UTC with milliseconds, also before the epoch and after leap days") {
  const auto time = [](std::int64_t ms) {
    return At(ParseLine(Line("", {0, "", ""}, WallTime(milliseconds(ms)))), "/time");
  };
  CHECK(time(0) == R"("1970-01-01T00:00:00.000Z")");
  CHECK(time(-1) == R"("1969-12-31T23:59:59.999Z")");
  CHECK(time(1'709'251'199'999) == R"("2024-02-29T23:59:59.999Z")");
}

}  // namespace
}  // namespace nsf
