// SPDX-License-Identifier: Apache-2.0
// Times, slugs and cuts, as several formats use them.
#include "core/format/event_parts.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/event/audit_event.h"
#include "core/event/page.h"
#include "core/format/plain_text.h"

namespace nsf {
namespace {

TEST_CASE("A slug is lower-case words with hyphens between them") {
  using namespace std::string_view_literals;
  const std::vector<std::pair<std::string_view, std::string>> cases = {
      {"Login Successful", "login-successful"},
      {"Rest API V2 Call", "rest-api-v2-call"},
      {"  Edited  \"x\" | y=z\\ ", "edited-x-y-z"},
      {"Created Zürich 山田", "created-zürich-山田"},
      {"a\0b\nc"sv, "a-b-c"},
      {"caf\xE9!", "caf\xEF\xBF\xBD"},
      {"", "unknown"},
      {"|=\\", "unknown"},
  };
  for (const auto& [text, expected] : cases) {
    TextBuffer out;
    AppendSlug(text, 64, &out);
    CHECK(out.view() == expected);
  }
  TextBuffer cut;
  AppendSlug("ab é", 4, &cut);  // é would be bytes 4 and 5
  CHECK(cut.view() == "ab");
}

TEST_CASE("A cut never leaves a part of a character") {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80z";  // of 1, 2, 4 and 1 bytes
  const std::vector<std::size_t> sizes = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
  for (std::size_t limit = 0; limit < sizes.size(); ++limit) {
    INFO("limit " << limit);
    CHECK(CutText(text, limit).size() == sizes[limit]);
  }
  // Of what is no UTF-8 as little is given up.
  CHECK(CutText("\x80\x80\x80\x80\x80\x80\x80\x80", 6).size() == 3);
}

TEST_CASE("Times are RFC 3339 in UTC, whole seconds") {
  for (const auto& [seconds, expected] :
       std::vector<std::pair<std::int64_t, std::string>>{{0, "1970-01-01T00:00:00Z"},
                                                         {1'760'000'100, "2025-10-09T08:55:00Z"},
                                                         {1'709'164'799, "2024-02-28T23:59:59Z"},
                                                         {1'709'164'800, "2024-02-29T00:00:00Z"},
                                                         {9'999'999'999, "2286-11-20T17:46:39Z"}}) {
    TextBuffer out;
    AppendRfc3339(seconds, &out);
    CHECK(out.view() == expected);
  }
}

TEST_CASE("Whom an event is about is never who did it") {
  const auto subject = [](std::uint32_t class_uid, std::string_view target,
                          const std::vector<std::string_view>& values) {
    AuditEvent event;
    event.user = "actor@x";
    event.target = target;
    event.classification.class_uid = class_uid;
    for (const std::string_view value : values) {
      event.supporting.values[event.supporting.value_count++] = value;
    }
    return std::string(SubjectName(event));
  };
  CHECK(subject(kAccountChange, "old@x", {"old@x"}) == "old@x");
  CHECK(subject(kAccountChange, "", {}).empty());
  CHECK(subject(kUserAccess, "Admin", {"Admin", "lee@x"}) == "lee@x");
  CHECK(subject(kUserAccess, "Admin", {"Admin"}).empty());
  CHECK(subject(kGroupManagement, "Staff", {"7", "lee@x", "Staff"}) == "lee@x");
  CHECK(subject(kGroupManagement, "team@x", {"team@x", "Staff"}).empty());
  CHECK(subject(kEntityManagement, "Block", {"Block", "lee@x"}).empty());
  CHECK(subject(kAuthentication, "", {"192.0.2.1", "lee@x"}).empty());
}

TEST_CASE("Times are milliseconds, however the row has them") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1760000100", "1760000100000"},       {R"("1760000100")", "1760000100000"},
      {R"(" 1760000100")", "1760000100000"}, {R"("01760000100")", "1760000100000"},
      {"1760000100.5", "1760000100000"},     {"1760000100123", "1760000100000"},
      {"17.6e8", "1760000000000"},           {"0", "0"},
  };
  for (const auto& [json, milliseconds] : cases) {
    INFO(json);
    const Page page = Page::Parse(R"([{"timestamp":)" + json + "}]");
    RowReader reader;
    const AuditEvent event = Normalize(reader.Read(page.rows()[0]));
    TextBuffer out;
    AppendMilliseconds(ReadEventTime(event), &out);
    CHECK(out.view() == milliseconds);
  }
}

}  // namespace
}  // namespace nsf
