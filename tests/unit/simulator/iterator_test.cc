// SPDX-License-Identifier: Apache-2.0
// The iterators of the simulated tenant: one cursor an index, which moves with each page given.
#include <catch2/catch.hpp>
#include <string>

#include "tenant/tenant.h"
#include "tenant_driver.h"

namespace nsf_simulator {
namespace {

using std::chrono::seconds;

class Reader {
 public:
  explicit Reader(std::string_view settings) : tenant(MakeSettings(settings), kAnchor) {}

  Answer Ask(const std::string& index, const std::string& operation, seconds after = seconds(0),
             const std::string& type = "audit") {
    Request request = Get("");
    request.target =
        std::string(kExportPath) + type + "?index=" + index + "&operation=" + operation;
    return tenant.Handle(request, kAnchor + after);
  }
  std::vector<std::string> Ids(const std::string& index, const std::string& operation,
                               seconds after = seconds(0)) {
    const Answer answer = Ask(index, operation, after);
    REQUIRE(answer.status == 200);
    waits = ParsePage(answer.body, "result", "wait_time").total;
    mark = ParsePage(answer.body, "result", "timestamp_hwm").total;
    return ParsePage(answer.body).ids;
  }

  Tenant tenant;
  std::int64_t waits = -1;
  std::int64_t mark = -1;
};

TEST_CASE("An index goes through all that was ever visible, in that order, page by page") {
  Reader reader("events=25 iterator_page=10 iterator_wait=7s live=1");
  std::vector<std::string> read = reader.Ids("a", "head");
  CHECK(read.size() == 10);
  CHECK(reader.waits == 0);
  for (const std::size_t rows : {10U, 5U, 0U}) {
    const auto page = reader.Ids("a", "next");
    CHECK(page.size() == rows);
    CHECK(reader.Ids("a", "resend") == page);
    read.insert(read.end(), page.begin(), page.end());
  }
  CHECK(reader.waits == 7);
  CHECK(read == TrueIds(reader.tenant));
  // What comes later is the next page; another index has a place of its own.
  CHECK(reader.Ids("a", "next", seconds(5)).size() == 5);
  CHECK(reader.Ids("b", "head", seconds(5)).size() == 10);
  CHECK(reader.Ids("b", "tail", seconds(5)).size() == 10);
  CHECK(reader.Ids("b", "next", seconds(5)).empty());
}

TEST_CASE("An epoch sets an index, and the mark says how far it was shown") {
  Reader reader("events=500 span=1h lag_max=0s");
  reader.tenant.Advance(kAnchor);
  const auto middle = reader.tenant.event(250).timestamp.time_since_epoch().count();
  const auto ids = reader.Ids("a", std::to_string(middle));
  CHECK(ids.size() >= 250);
  CHECK(ids.size() < 260);
  CHECK(reader.mark == reader.tenant.event(499).timestamp.time_since_epoch().count());
  CHECK(reader.Ids("a", std::to_string(middle)) == ids);
  CHECK(reader.Ids("a", std::to_string(kStart + 10)).empty());
  CHECK(reader.mark == kStart + 10);
  // An index that nobody has set begins now.
  CHECK(reader.Ids("new", "next").empty());
  CHECK(reader.Ids("other", "resend").empty());
}

TEST_CASE("A cut body, or an answer that is lost, has moved the index all the same") {
  for (const char* fault : {"cut", "truncated"}) {
    Reader reader("events=20 iterator_page=10");
    const auto first = reader.Ids("a", "head");
    reader.tenant.Stage(*FaultByName(fault), std::nullopt);
    const Answer spoilt = reader.Ask("a", "next");
    CHECK((spoilt.delivery == Delivery::kCut || spoilt.body.back() != '}'));
    reader.tenant.Stage(Fault::kNone, std::nullopt);
    const auto again = reader.Ids("a", "resend");
    CHECK(again != first);
    CHECK(again.size() == 10);
    CHECK(reader.Ids("a", "next").empty());
  }
  std::set<std::size_t> shown;
  for (int seed = 1; seed <= 20; ++seed) {
    Reader reader("events=20 iterator_page=10 seed=" + std::to_string(seed));
    const auto first = reader.Ids("a", "head");
    reader.tenant.Stage(Fault::k504, std::nullopt);
    CHECK(reader.Ask("a", "next").status == 504);
    reader.tenant.Stage(Fault::kNone, std::nullopt);
    shown.insert(reader.Ids("a", "resend") == first ? 1 : 2);
  }
  CHECK(shown.size() == 2);  // it may have moved, or not
  Reader reader("events=20 iterator_page=10");
  const auto first = reader.Ids("a", "head");
  reader.tenant.Stage(Fault::k429, std::nullopt);
  CHECK(reader.Ask("a", "next").status == 429);
  reader.tenant.Stage(Fault::kNone, std::nullopt);
  CHECK(reader.Ids("a", "resend") == first);
}

TEST_CASE("Two requests with one index collide, and the second moves nothing") {
  Reader reader("events=20 iterator_page=10 iterator_hold=2s");
  CHECK(reader.Ids("a", "head").size() == 10);
  CHECK(reader.Ask("a", "next", seconds(1)).status == 409);
  CHECK(reader.Ids("b", "head", seconds(1)).size() == 10);
  CHECK(reader.Ids("a", "next", seconds(2)).size() == 10);
}

TEST_CASE("What is asked wrongly is refused; each type has iterators of its own") {
  Reader reader("events=20 event_types=alert,page refused_types=page");
  CHECK(reader.Ask("a", "later").status == 400);
  CHECK(reader.Ask("a", "-5").status == 400);
  CHECK(reader.Ask("", "next").status == 400);
  CHECK(reader.Ask("a", "").status == 400);
  CHECK(reader.Ask("a", "head", seconds(0), "alert").status == 200);
  CHECK(reader.Ask("a", "head", seconds(0), "alert").rows == 20);
  CHECK(reader.Ask("a", "head", seconds(0), "page").status == 403);
  CHECK(reader.Ask("a", "head", seconds(0), "network").status == 404);
}

TEST_CASE("What retention has removed is shown no more") {
  Reader reader("events=100 span=1h lag_max=0s retention=1800s");
  const auto ids = reader.Ids("a", "head");
  CHECK(ids.size() > 30);
  CHECK(ids.size() < 70);
}

}  // namespace
}  // namespace nsf_simulator
