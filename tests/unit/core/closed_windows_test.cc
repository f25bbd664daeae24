// SPDX-License-Identifier: Apache-2.0
// Which closed windows are proven, and when they are walked again.
#include "core/ledger/closed_windows.h"

#include <catch2/catch.hpp>
#include <vector>

namespace nsf {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kDayStart = 86'400L * 20'000;  // a UTC day begins

WallSeconds T(std::int64_t s) { return WallSeconds(seconds(kDayStart + s)); }
Window W(std::int64_t start, std::int64_t end) { return {T(start), T(end)}; }

RevisitSettings Revisits() { return {{minutes(15), hours(1), hours(24)}}; }

// A walk of these windows, with one event in each.
ClosedWalk WalkOf(const std::vector<Window>& windows, WalkProof proof = WalkProof::kWhole) {
  ClosedWalk walk;
  for (const Window& window : windows) walk.parts.push_back({window, {1, 5}});
  walk.proof = proof;
  walk.rows = windows.size();
  return walk;
}

TEST_CASE("a walk whose pages waited for a sink is no revisit of the time when they were taken") {
  ClosedWindows closed(Revisits());
  ClosedWalk walk = WalkOf({W(0, 300)});
  walk.begun = T(360);
  closed.Walked(walk, T(10'000));
  CHECK(closed.records().at(T(0)).revisits == 0);
  CHECK(closed.IsDue(W(0, 300), T(10'000)));
}

TEST_CASE("a window is revisited at its ages, and then stays as a proof") {
  ClosedWindows closed(Revisits());
  CHECK(closed.Walked(WalkOf({W(0, 300)}), T(360)));
  CHECK(closed.incomplete() == 0);
  CHECK(closed.proven_until() == T(300));
  CHECK(closed.kept_from() == T(0));
  CHECK(closed.Due(T(1'199)).empty());

  const int late = 450;  // at most half an age, or a quarter of an hour
  REQUIRE(closed.next_due());
  CHECK(*closed.next_due() >= T(1'200));
  CHECK(*closed.next_due() <= T(1'200 + late));
  CHECK(closed.Due(T(1'200 + late)) == std::vector{W(0, 300)});
  closed.Walked(WalkOf({W(0, 300)}), T(1'300));
  CHECK(*closed.next_due() >= T(3'900));
  closed.Walked(WalkOf({W(0, 300)}), T(5'000));
  CHECK(*closed.next_due() >= T(86'700));
  closed.Walked(WalkOf({W(0, 300)}), T(90'000));
  CHECK_FALSE(closed.next_due());
  CHECK(closed.kept_from() == WallSeconds::max());
  CHECK(closed.records().at(T(0)).tally == Tally{1, 5});
}

TEST_CASE("one late walk serves all ages that have passed, and old time needs none") {
  ClosedWindows closed(Revisits());
  closed.Walked(WalkOf({W(0, 300)}), T(360));
  closed.Walked(WalkOf({W(0, 300)}), T(10'000));
  CHECK(*closed.next_due() >= T(86'700));
  ClosedWindows backfill(Revisits());
  backfill.Walked(WalkOf({W(0, 300)}), T(200'000));
  CHECK_FALSE(backfill.next_due());
}

TEST_CASE("a window that no revisit will look at is believed to be empty the second time") {
  ClosedWindows closed(Revisits());
  const ClosedWalk empty{{{W(0, 300), {}}}, WalkProof::kWhole, {}, 0, 0, false, {}};
  CHECK_FALSE(closed.Walked(empty, T(200'000)));
  CHECK(closed.incomplete() == 1);
  CHECK(closed.Due(T(200'000)) == std::vector{W(0, 300)});
  CHECK(closed.Walked(empty, T(200'000)));
  CHECK(closed.incomplete() == 0);
  CHECK_FALSE(closed.next_due());

  // Near the present a revisit would find what an empty answer hid.
  ClosedWindows live(Revisits());
  CHECK(live.Walked(empty, T(360)));
}

TEST_CASE("one walk serves neighbours that are due") {
  RevisitSettings settings = Revisits();
  settings.most_events = 3;
  ClosedWindows closed(settings);
  for (const int start : {0, 300, 600, 900, 1'500}) {
    closed.Walked(WalkOf({W(start, start + 300)}), T(start + 360));
  }
  // Not more events than one walk may hold, no gap.
  CHECK(closed.Due(T(3'000)) == std::vector{W(0, 300), W(300, 600), W(600, 900)});
  CHECK(closed.Walked(WalkOf(closed.Due(T(3'000))), T(3'000)));
  CHECK(closed.Due(T(3'000)) == std::vector{W(900, 1'200)});
}

TEST_CASE("rows that are stated of one empty window after the other are none that it hides") {
  ClosedWindows closed(Revisits());
  const auto walked = [&closed](std::int64_t start, std::uint64_t rows, std::uint64_t total) {
    ClosedWalk walk = WalkOf({W(start, start + 300)}, WalkProof::kStated);
    if (rows == total) walk.proof = WalkProof::kWhole;
    if (rows == 0) walk.parts.front().tally = {};
    walk.rows = rows;
    walk.total = total;
    return closed.Walked(walk, T(start + 360));
  };
  for (int i = 0; i < 20; ++i) CHECK_FALSE(walked(0, 0, 1'000));  // the same one
  for (int i = 1; i < 7; ++i) CHECK_FALSE(walked(i * 300, 0, 1'000));
  CHECK_FALSE(walked(7 * 300, 5, 1'005));
  CHECK(walked(8 * 300, 5, 5));  // one that is met
  for (int i = 10; i < 17; ++i) CHECK_FALSE(walked(i * 300, 0, 1'000));
  CHECK(walked(17 * 300, 0, 1'000));
  CHECK(walked(7 * 300, 5, 1'005));
  CHECK(walked(0, 0, 1'000));
}

TEST_CASE("what moved is walked again at once, then halved, down to a second") {
  ClosedWindows closed(RevisitSettings{});
  CHECK_FALSE(closed.Walked(WalkOf({W(0, 4)}, WalkProof::kMoved), T(360)));
  CHECK(closed.incomplete() == 1);
  CHECK(closed.first_incomplete() == T(0));
  CHECK_FALSE(closed.proven_until());
  CHECK(closed.Due(T(360)) == std::vector{W(0, 4)});
  closed.Walked(WalkOf({W(0, 4)}, WalkProof::kMoved), T(361));
  CHECK(closed.incomplete() == 2);
  CHECK(closed.Due(T(361)) == std::vector{W(0, 2)});
  closed.Walked(WalkOf({W(0, 2)}), T(362));
  CHECK(closed.first_incomplete() == T(2));
  CHECK(closed.Due(T(362)) == std::vector{W(2, 4)});
  closed.Walked(WalkOf({W(2, 4)}, WalkProof::kMoved), T(363));
  closed.Walked(WalkOf({W(2, 3)}), T(364));
  // A second is walked again with growing pauses, for ever.
  WallSeconds now = T(365);
  seconds pause{0};
  for (int i = 0; i < 12; ++i) {
    REQUIRE(closed.Due(now) == std::vector{W(3, 4)});
    closed.Walked(WalkOf({W(3, 4)}, WalkProof::kMoved), now);
    const seconds next = *closed.next_due() - now;
    CHECK(next >= std::min(pause, seconds(3'600)));
    pause = next;
    now = *closed.next_due();
  }
  CHECK(pause == hours(1));
  CHECK(closed.incomplete() == 1);
  closed.Walked(WalkOf({W(3, 4)}), now);
  CHECK(closed.incomplete() == 0);
}

TEST_CASE("what shows no row is not halved, whatever total it states") {
  ClosedWindows closed(RevisitSettings{});
  ClosedWalk walk = WalkOf({W(0, 300)}, WalkProof::kMoved);
  walk.rows = 0;
  WallSeconds now = T(360);
  for (const seconds pause : {seconds(0), seconds(60), seconds(120), seconds(240)}) {
    CHECK_FALSE(closed.Walked(walk, now));
    CHECK(closed.records().size() == 1);
    CHECK(*closed.next_due() - now == pause);
    now = *closed.next_due();
  }
}

TEST_CASE("a second is not made up by a total below the rows that it shows") {
  for (const std::uint64_t total : {1U, 2U}) {
    ClosedWindows closed(RevisitSettings{});
    ClosedWalk walk = WalkOf({W(0, 1)}, WalkProof::kMoved);
    walk.rows = 2;
    walk.total = total;
    walk.known_events = 2;
    CHECK_FALSE(closed.Walked(walk, T(360)));
    CHECK(closed.Walked(walk, T(361)) == (total == 2));
  }
}

TEST_CASE("neighbours whose common walk moved are walked alone before they are halved") {
  ClosedWindows closed(Revisits());
  closed.Walked(WalkOf({W(0, 300)}), T(360));
  closed.Walked(WalkOf({W(300, 600)}), T(660));
  const auto due = closed.Due(T(3'000));
  REQUIRE(due.size() == 2);
  CHECK_FALSE(closed.Walked(WalkOf(due, WalkProof::kMoved), T(3'000)));
  CHECK(closed.incomplete() == 2);
  CHECK(closed.Due(T(3'000)) == std::vector{W(0, 300)});
  closed.Walked(WalkOf({W(0, 300)}), T(3'001));
  CHECK(closed.Due(T(3'001)) == std::vector{W(300, 600)});
}

TEST_CASE("without a total two walks must agree") {
  ClosedWindows closed(Revisits());
  CHECK_FALSE(closed.Walked(WalkOf({W(0, 300)}, WalkProof::kNoTotal), T(360)));
  CHECK(closed.Due(T(360)) == std::vector{W(0, 300)});
  CHECK(closed.Walked(WalkOf({W(0, 300)}, WalkProof::kNoTotal), T(361)));
  CHECK(closed.incomplete() == 0);

  ClosedWindows other(Revisits());
  other.Walked(WalkOf({W(0, 300)}, WalkProof::kNoTotal), T(360));
  ClosedWalk walk = WalkOf({W(0, 300)}, WalkProof::kNoTotal);
  walk.parts[0].tally.sum = 6;
  CHECK_FALSE(other.Walked(walk, T(361)));
}

TEST_CASE("a second whose walks together make up the total is proven") {
  ClosedWindows closed(Revisits());
  ClosedWalk walk = WalkOf({W(0, 1)}, WalkProof::kMoved);
  walk.total = 200;
  walk.known_events = 200;
  CHECK_FALSE(closed.Walked(walk, T(100)));  // one walk alone proves nothing
  walk.known_events = 199;
  CHECK_FALSE(closed.Walked(walk, T(101)));
  walk.known_events = 200;
  CHECK(closed.Walked(walk, T(300)));
}

TEST_CASE("a window that is proven no longer is told so") {
  ClosedWindows closed(Revisits());
  closed.Walked(WalkOf({W(0, 300)}), T(360));
  closed.Walked(WalkOf({W(0, 300)}, WalkProof::kResumed), T(2'000));
  CHECK(closed.first_incomplete() == T(0));
}

TEST_CASE("proofs of a day are joined") {
  ClosedWindows closed({{minutes(1)}});
  closed.Walked(WalkOf({W(85'800, 86'100)}), T(200'000));
  closed.Walked(WalkOf({W(86'100, 86'400)}), T(200'000));
  closed.Walked(WalkOf({W(86'400, 86'700)}), T(200'000));  // the next day
  REQUIRE(closed.records().size() == 2);
  CHECK(closed.records().at(T(85'800)).window == W(85'800, 86'400));
  CHECK(closed.records().at(T(85'800)).tally == Tally{2, 10});
}

TEST_CASE("records survive their text, and changes are told once") {
  ClosedWindows closed(Revisits());
  closed.Walked(WalkOf({W(0, 4)}, WalkProof::kMoved), T(360));
  auto changes = closed.TakeChanges();
  REQUIRE(changes.size() == 1);
  CHECK_FALSE(closed.has_changes());
  const WindowRecord& record = *changes[0].second;
  CHECK(DecodeWindow(EncodeWindow(record)).value() == record);

  ClosedWindows again(Revisits());
  again.Load(record);
  CHECK(again.incomplete() == 1);
  CHECK(again.Due(T(360)) == closed.Due(T(360)));
  again.Walked(WalkOf({W(0, 4)}, WalkProof::kMoved), T(361));
  changes = again.TakeChanges();
  CHECK(changes.size() == 2);  // the two halves
  again.Clear();
  changes = again.TakeChanges();
  CHECK(changes.size() == 2);
  CHECK_FALSE(changes[0].second);
}

TEST_CASE("a record that cannot be trusted is refused") {
  const std::string good = EncodeWindow({W(0, 300), {}, 7, 1, 0, true, 1, T(900)});
  REQUIRE(DecodeWindow(good));
  for (const std::string& text : {std::string(), std::string("window/1"), good + ' ',
                                  std::string("cursor/1 start=1"), good.substr(0, 40)}) {
    CHECK(DecodeWindow(text).error().kind == ErrorKind::kStop);
  }
  CHECK_THAT(DecodeWindow("window/2 x=1").error().message, Catch::Contains("newer version"));
}

}  // namespace
}  // namespace nsf
