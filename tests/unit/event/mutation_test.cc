// SPDX-License-Identifier: Apache-2.0
// Pages broken at random, from a fixed seed: whatever comes, nothing crashes, and every view lies
// inside the page.
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "support/classified.h"
#include "support/reader_difference.h"

namespace nsf {
namespace {

constexpr std::string_view kSeedPage =
    R"({"ok":1,"status":{"total":"3"},"result":[{"_id":"5f2c9a01","timestamp":1760000100.5,)"
    R"("audit_log_event":"Login Successful","severity_level":"2","count":1,"user":"Ana\u00e9\"x",)"
    R"("supporting_data":{"data_type":"user","data_values":["203.0.113.9",200,false,null]},)"
    R"("details":[{"diff":{"key":0,"v":[null,{"a":-1.5e-3}]}}]},)"
    R"({"supporting_data":"{'data_type': 'u', 'data_values': ['a\\x41', True, (1,)]}"},)"
    R"({"supporting_data":["",{"a":{"b":""}},"c\/d",2]},)"
    R"([1,{"a":[]}],"\ud83d\ude00é",null],"total":3})";

constexpr std::string_view kPieces[] = {"[",
                                        "]",
                                        "{",
                                        "}",
                                        ",",
                                        ":",
                                        "\"",
                                        "\\",
                                        "\\u",
                                        "\\ud800",
                                        "0",
                                        "-",
                                        "1e400",
                                        "null",
                                        "tru",
                                        "\n",
                                        " \t\r\n",
                                        "\x01",
                                        "\xFF",
                                        "\xC3",
                                        " ",
                                        "\"data\":[1]",
                                        "'",
                                        "\"ok\":0",
                                        "[[[[[[",
                                        "\"supporting_data\":{",
                                        "\"supporting_data\":[",
                                        "\xEF\xBB\xBF",
                                        "\"supporting_data\":\"{'"};

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : engine_(seed) {}

  std::string Mutate() {
    std::string text(kSeedPage);
    for (std::size_t i = 0; i <= Below(4); ++i) Change(&text);
    return text;
  }

 private:
  std::size_t Below(std::size_t limit) { return engine_() % limit; }

  void Change(std::string* text) {
    if (text->empty()) return;
    const std::size_t at = Below(text->size());
    switch (Below(6)) {
      case 0:
        text->resize(at);
        return;
      case 1:
        (*text)[at] = static_cast<char>(Below(256));
        return;
      case 2:
        text->insert(at, kPieces[Below(std::size(kPieces))]);
        return;
      case 3:
        text->erase(at, 1 + Below(9));
        return;
      case 4:
        text->insert(at, text->substr(Below(text->size()), Below(60)));
        return;
      default:
        (*text)[at] = (*text)[Below(text->size())];
    }
  }

  std::mt19937 engine_;  // the same on every machine; std::uniform_int_distribution is not
};

bool IsInside(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::size_t SumOf(std::string_view text) {
  std::size_t sum = 0;
  for (const char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}

// Reads every byte that is offered, so that a sanitizer sees a view gone astray.
std::size_t ReadEverything(const AuditEvent& event) {
  std::size_t sum = 0;
  for (const std::string_view text :
       {event.id, event.timestamp_text, event.type, event.event_text, event.user,
        event.normalized_user, event.organization_unit, event.source_ip, event.target,
        event.supporting.data_type, event.supporting.json, event.classification.object_type,
        event.classification.activity_name}) {
    sum += SumOf(text);
  }
  for (std::size_t i = 0; i < event.supporting.value_count; ++i) {
    sum += SumOf(event.supporting.values[i]);
  }
  return sum;
}

TEST_CASE("Broken pages: no crash, and every span lies inside the body") {
  RowReader reader;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  std::size_t malformed = 0;
  std::size_t sum = 0;
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    const std::string body = Mutator(seed).Mutate();
    INFO("seed " << seed << ": " << body);
    const Page page = Page::Parse(body, 32);
    if (page.status() == PageStatus::kMalformed) ++malformed;
    if (page.status() == PageStatus::kRefused || page.status() == PageStatus::kNoList) ++refused;
    if (page.status() != PageStatus::kRows) {
      REQUIRE_FALSE(page.message().empty());
      REQUIRE(page.rows().empty());
      continue;
    }
    ++accepted;
    for (const RawRow& raw : page.rows()) {
      const Row& row = reader.Read(raw);
      REQUIRE(IsInside(row.raw, *page.body()));
      for (const Field& field : row.fields) {
        REQUIRE(IsInside(field.json, row.raw));
        REQUIRE_FALSE(field.json.empty());
        sum += SumOf(field.name) + SumOf(field.text);
      }
      sum += ReadEverything(ClassifiedEvent(row));
    }
  }
  CHECK(accepted > 500);
  CHECK(refused > 20);
  CHECK(malformed > 2000);
  CHECK(sum > 0);
}

TEST_CASE("Both readers of a page read broken pages alike") {
  for (std::uint32_t seed = 0; seed < 20'000; ++seed) {
    const std::string body = Mutator(seed).Mutate();
    INFO("seed " << seed << ": " << body);
    if (body.empty()) continue;  // no reader sees it
    REQUIRE(test::ReaderDifference(body, 32).empty());
  }
}

// Of several of the strict reader's pieces: what ends one stands in strings as well.
std::string LongPage() {
  std::string body = R"({"status":"success","data":[)";
  for (int i = 0; i < 2000; ++i) {
    body += R"({"_id":")" + std::to_string(i) + R"(","text":"},{\"},)" +
            std::string(static_cast<std::size_t>(i % 50) * 7, ',') + R"(","list":[{},{"a":)" +
            std::to_string(i * 3) + "},\n" + std::string(static_cast<std::size_t>(i % 9), ' ') +
            "{}]} , ";
  }
  return body + R"({"long":")" + std::string(400'000, '}') + R"("}],"total":2001})";
}

TEST_CASE("Both readers of a page read long pages alike, whole and with one fault anywhere") {
  const std::string whole = LongPage();
  const Page page = Page::Parse(whole);
  REQUIRE(page.rows().size() == 2001);
  CHECK(page.total() == 2001);
  CHECK(test::ReaderDifference(whole, Page::kMostDepth).empty());
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 engine(seed);
    std::string body = whole;
    const std::size_t at = engine() % body.size();
    INFO("seed " << seed << " at " << at);
    body[at] = "\"\\,:{}[]x\x01\xFF 0"[engine() % 14];
    CHECK(test::ReaderDifference(body, Page::kMostDepth).empty());
    CHECK(test::ReaderDifference(whole.substr(0, at), Page::kMostDepth).empty());
  }
}

TEST_CASE("A page cut anywhere is malformed, never a shorter page") {
  for (std::size_t size = 0; size < kSeedPage.size(); ++size) {
    INFO(size);
    REQUIRE(Page::Parse(std::string(kSeedPage.substr(0, size))).status() == PageStatus::kMalformed);
  }
  CHECK(Page::Parse(std::string(kSeedPage)).rows().size() == 6);
}

}  // namespace
}  // namespace nsf
