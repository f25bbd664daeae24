// SPDX-License-Identifier: Apache-2.0
// RFC 3164 messages against texts written by hand; and frames that end in a line feed.
#include "adapters/syslog/rfc3164.h"

#include <catch2/catch.hpp>
#include <string>

#include "adapters/syslog/framing.h"
#include "adapters/syslog/message_writer.h"

using namespace nsf;
using namespace nsf::syslog;

namespace {

std::string Write(std::int64_t seconds, const std::string& value,
                  const std::string& app_name = "netskope-audit") {
  Record record;
  record.value = value;
  record.event_id = "65f0";
  record.category = "LOGIN";
  record.severity = Severity::kHigh;
  record.time = WallSeconds(std::chrono::seconds(seconds));
  SinkBatch batch;
  batch.tenant = "acme";
  batch.records = {record};
  batch.outcomes = {OutcomeKind::kUndecided};
  std::string out;
  REQUIRE_FALSE(
      MessageWriter({SyslogHeader::kRfc3164, 16, "fw1", app_name}).Write(batch, 0, out).rejection);
  return out;
}

}  // namespace

TEST_CASE("RFC 3164: the message is as written by hand", "[syslog][rfc3164]") {
  struct Case {
    std::int64_t seconds;
    const char* value;
    const char* text;
  };
  const auto c = GENERATE(values<Case>({
      {1'700'000'000, R"({"a":1})", R"(<132>Nov 14 22:13:20 fw1 netskope-audit: {"a":1})"},
      {1'704'067'199, "x", "<132>Dec 31 23:59:59 fw1 netskope-audit: x"},
      {951'782'400, "x", "<132>Feb 29 00:00:00 fw1 netskope-audit: x"},
      {1'709'283'661, "x", "<132>Mar  1 09:01:01 fw1 netskope-audit: x"},
      {-1, "x", "<132>Dec 31 23:59:59 fw1 netskope-audit: x"},
      {0, "CEF:0|Netskope|a|b|c|d|5|x=y", "<132>Jan  1 00:00:00 fw1 CEF:0|Netskope|a|b|c|d|5|x=y"},
      {0, "LEEF:2.0|Netskope|a|b|c|x09|x=y",
       "<132>Jan  1 00:00:00 fw1 LEEF:2.0|Netskope|a|b|c|x09|"
       "x=y"},
  }));
  CHECK(Write(c.seconds, c.value) == c.text);
}

TEST_CASE("RFC 3164: a TAG has at most 32 characters, and any time is survived",
          "[syslog][rfc3164]") {
  CHECK_THAT(Write(0, "x", std::string(48, 'a')),
             Catch::EndsWith(" " + std::string(32, 'a') + ": x"));
  for (const std::int64_t odd : {1'700'000'000'000, -1'700'000'000'000}) {
    CHECK(Write(odd, "x").size() == Write(0, "x").size());
  }
}

TEST_CASE("a frame ends in a line feed, or begins with its length", "[syslog][framing]") {
  std::string out;
  for (const auto& [framing, message] : {std::pair(SyslogFraming::kLineFeed, "<1>a"),
                                         std::pair(SyslogFraming::kOctetCounting, "<1>b")}) {
    out += FrameStart(framing, std::string_view(message).size());
    out += message;
    out += FrameEnd(framing);
  }
  CHECK(out == "<1>a\n4 <1>b");
}
