// SPDX-License-Identifier: Apache-2.0
// What is shown against what was delivered.
#include "core/ledger/reckoning.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nsf {
namespace {

WallSeconds Second(std::int64_t s) { return WallSeconds(std::chrono::seconds(s)); }

// A closed window of one event a second, named by it.
WindowRecord Closed(std::int64_t start, std::int64_t end) {
  WindowRecord record;
  record.window = {Second(start), Second(end)};
  record.walks = 1;
  record.whole = true;
  for (std::int64_t s = start; s < end; ++s) record.tally.Add(HashId(std::to_string(s)));
  return record;
}

struct Event {
  std::int64_t second;
  std::string id;
};

std::vector<Event> Events(std::int64_t start, std::int64_t end) {
  std::vector<Event> events;
  for (std::int64_t s = start; s < end; ++s) events.push_back({s, std::to_string(s)});
  return events;
}

// Windows [0, 10), [10, 20), [20, 30); ids are kept from 10 on, and of the edge up to 40.
Reckoning::Outcome Reckon(const std::vector<Event>& shown, std::int64_t from = 0,
                          std::int64_t to = 40) {
  Delivered delivered;
  delivered.windows = {Closed(20, 30), Closed(0, 10), Closed(10, 20)};
  delivered.ids_from = Second(10);
  for (std::int64_t s = 10; s < 40; ++s) delivered.ids.push_back(HashId(std::to_string(s)));
  Reckoning reckoning(delivered, {Second(from), Second(to)});
  for (const Event& event : shown) reckoning.Add(Second(event.second), HashId(event.id));
  return reckoning.Conclude();
}

TEST_CASE("what was all delivered is whole") {
  const auto outcome = Reckon(Events(0, 40));
  CHECK(outcome.whole == 3);
  CHECK(outcome.missing == 0);
  CHECK(outcome.no_longer_held == 0);
}

TEST_CASE("an event that was not delivered is a hole in its window") {
  struct Case {
    const char* what;
    Event event;
    JobHole hole;
  };
  const std::vector<Case> cases = {
      {"where ids are kept", {15, "x"}, {Second(10), Second(20), 1}},
      {"where only the proof is", {5, "x"}, {Second(0), Second(10), 1}},
      {"where no window is closed", {35, "x"}, {Second(0), Second(60), 1}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    std::vector<Event> shown = Events(0, 40);
    shown.push_back(c.event);
    const auto outcome = Reckon(shown);
    CHECK(outcome.missing == 1);
    REQUIRE(outcome.holes.size() == 1);
    CHECK(outcome.holes.front() == c.hole);
  }
}

TEST_CASE("an event in the place of another is missing, though the count is the same") {
  for (const std::int64_t second : {5, 15}) {
    std::vector<Event> shown = Events(0, 40);
    shown[static_cast<std::size_t>(second)].id = "another";
    const auto outcome = Reckon(shown);
    INFO(second);
    CHECK(outcome.missing == 1);
    CHECK(outcome.whole == 2);
  }
}

TEST_CASE("what the tenant dropped is no hole") {
  const auto outcome = Reckon(Events(12, 40));
  CHECK(outcome.missing == 0);
  CHECK(outcome.no_longer_held == 2);
  CHECK(outcome.whole == 1);
}

TEST_CASE("a window that the range cuts is judged by ids alone") {
  CHECK(Reckon(Events(5, 25), 5, 25).missing == 0);
  CHECK(Reckon(Events(5, 25), 5, 25).no_longer_held == 0);
  std::vector<Event> shown = Events(5, 25);
  shown.push_back({24, "x"});
  CHECK(Reckon(shown, 5, 25).missing == 1);
}

}  // namespace
}  // namespace nsf
