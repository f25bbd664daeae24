// SPDX-License-Identifier: Apache-2.0
// What a batch keeps in memory of the pages that its rows came in.
#include "pipeline/stream/batch_builder.h"

#include <catch2/catch.hpp>

#include "core/event/page.h"
#include "core/event/row.h"
#include "support/classified.h"

namespace nsf {
namespace {

using namespace std::string_literals;

struct Built {
  std::unique_ptr<Batch> batch;
  std::weak_ptr<const std::string> page;
};

std::string RowText(int at) {
  return R"({"_id":"e)" + std::to_string(at) + R"(","user":"u","timestamp":1})";
}

// A page of 100 rows, of which `taken` are new, to a sink of each format.
Built Build(int taken) {
  static const StreamSettings settings = [] {
    StreamSettings made;
    made.sinks = {SinkSpec{.name = "raw", .format = Format::kRaw},
                  SinkSpec{.name = "ocsf", .format = Format::kOcsf}};
    return made;
  }();
  std::string body = R"({"data":[)";
  for (int i = 0; i < 100; ++i) body += (i == 0 ? "" : ",") + RowText(i);
  Page page = Page::Parse(body + "]}");
  BatchBuilder builder(settings);
  const BatchBuilder::PageBody held = page.body();
  RowReader reader;
  for (int i = 0; i < taken; ++i) {
    const AuditEvent event = ClassifiedEvent(reader.Read(page.rows()[static_cast<std::size_t>(i)]));
    builder.Add(event, WallSeconds{}, {event.id, WallSeconds{}, held}, MonotonicTime{});
  }
  builder.EndPage(held);
  return {builder.Take(), held};
}

TEST_CASE("a record says what its format could not carry as it came") {
  StreamSettings settings;
  for (const Format format : kAllFormats)
    settings.sinks.push_back({.name = std::string(FormatName(format)), .format = format});
  settings.sinks.push_back({.name = "cef again", .format = Format::kCef});
  BatchBuilder builder(settings);
  const BatchBuilder::PageBody no_page;
  RowReader reader;
  for (const std::string& member :
       {R"("user":"plain")"s, "\"user\":\"\xff\""s, R"("left":{"over":")"s + "\xff" + R"("})",
        R"("user":")" + std::string(20'000, 'u') + '"', R"("left":{"over":"\ud800"})"s}) {
    const Page page = Page::Parse(R"([{"_id":"e",)" + member + "}]");
    INFO(member.substr(0, 60));
    REQUIRE(page.rows().size() == 1);
    const AuditEvent event = ClassifiedEvent(reader.Read(page.rows()[0]));
    builder.Add(event, WallSeconds{}, {event.id, WallSeconds{}, no_page}, MonotonicTime{});
  }
  const std::unique_ptr<Batch> batch = builder.Take();
  for (const SinkBatch& sink : batch->sinks) {
    INFO(sink.sink);
    const bool is_line = !IsJson(sink.format);
    const bool mends = sink.format != Format::kRaw;
    for (const std::size_t at : {1U, 2U, 4U}) CHECK(sink.records[at].repaired == mends);
    for (const std::size_t at : {0U, 3U}) CHECK_FALSE(sink.records[at].repaired);
    for (const std::size_t at : {0U, 1U, 2U, 4U}) CHECK_FALSE(sink.records[at].shortened);
    CHECK(sink.records[3].shortened == is_line);
  }
}

TEST_CASE("a batch with few rows of a page does not keep the page") {
  const Built built = Build(5);
  CHECK(built.page.expired());
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string row = RowText(static_cast<int>(i));
    for (const SinkBatch& sink : built.batch->sinks) CHECK(sink.records.at(i).raw == row);
    CHECK(built.batch->sinks[0].records[i].value == row);
    CHECK(built.batch->sinks[1].records[i].value.find("\"class_uid\"") != std::string_view::npos);
  }
}

TEST_CASE("a batch with most rows of a page shares it") {
  const Built built = Build(60);
  CHECK_FALSE(built.page.expired());
  CHECK(built.batch->pages.size() == 1);
  CHECK(built.batch->sinks[0].records.at(59).value == RowText(59));
}

}  // namespace
}  // namespace nsf
