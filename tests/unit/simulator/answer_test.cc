// SPDX-License-Identifier: Apache-2.0
// Dates, reason phrases and header look-up.
#include "tenant/answer.h"

#include <catch2/catch.hpp>

namespace nsf_simulator {
namespace {

TEST_CASE("dates are written as HTTP wants them") {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {784'111'777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      {951'782'400, "Tue, 29 Feb 2000 00:00:00 GMT"},
      {1'800'000'000, "Fri, 15 Jan 2027 08:00:00 GMT"},
      {4'102'444'799, "Thu, 31 Dec 2099 23:59:59 GMT"},
  };
  for (const auto& [second, text] : cases) {
    CHECK(HttpDate(Time(std::chrono::seconds(second))) == text);
  }
  CHECK(HttpDate(Time(std::chrono::milliseconds(999))) == cases[0].second);
}

TEST_CASE("headers are found in any letter case, the first of a name") {
  const Request request{"GET", "/", {{"Date", "a"}, {"DATE", "b"}, {"Accept-Encoding", "c"}}};
  CHECK(*FindHeader(request, "date") == "a");
  CHECK(*FindHeader(request, "accept-ENCODING") == "c");
  CHECK(FindHeader(request, "accept") == nullptr);
  CHECK(FindHeader(request, "") == nullptr);
}

TEST_CASE("every status has a phrase") {
  CHECK(ReasonPhrase(429) == "Too Many Requests");
  CHECK(ReasonPhrase(418) == "Unknown");
}

}  // namespace
}  // namespace nsf_simulator
