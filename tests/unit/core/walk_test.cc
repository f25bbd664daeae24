// SPDX-License-Identifier: Apache-2.0
// Windows, walks, the tenant's clock and the course through them.
#include <catch2/catch.hpp>

#include "core/dialect/page_target.h"
#include "core/walk/course.h"
#include "core/walk/tenant_clock.h"

namespace nsf {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

WallSeconds T(std::int64_t s) { return WallSeconds(seconds(1'000'000 + s)); }
MonotonicTime M(milliseconds since) { return MonotonicTime(hours(1)) + since; }

PageFacts Rows(std::size_t rows, std::uint32_t limit, std::uint64_t first,
               std::optional<std::uint64_t> total = std::nullopt) {
  return {rows, limit, total, first, first + rows};
}

TEST_CASE("a page's target speaks the tenant's dialect") {
  const Window window{WallSeconds(seconds(1000)), WallSeconds(seconds(1300))};
  using P = PageParameter;
  using W = WindowKind;
  CHECK(PageTarget("/a", {P::kOffset, W::kInsertion, {}}, window, 40, 20) ==
        "/a?limit=20&offset=40&insertionstarttime=999&insertionendtime=1300");
  CHECK(PageTarget("/a", {P::kSkip, W::kEvent, {}}, window, 0, 5000) ==
        "/a?limit=5000&skip=0&starttime=999&endtime=1300");
  CHECK(PageTarget("/a", {P::kSkip, W::kNone, {}}, window, 100, 100) == "/a?limit=100&skip=100");
  CHECK(BoundsAsked(window).Contains(WallSeconds(seconds(999))));
  CHECK(BoundsAsked(window).Contains(WallSeconds(seconds(1300))));
  CHECK_FALSE(BoundsAsked(window).Contains(WallSeconds(seconds(1301))));
}

TEST_CASE("a window is closed when it is settled and long enough, else the edge is walked") {
  const WindowSettings settings;
  struct Row {
    int open, span, now;
    bool edge_full;
    WalkPlan plan;
  };
  const Row rows[] = {
      {0, 300, 359, false, {WalkKind::kEdge, {T(0), T(359 + 86'400)}}},
      {0, 300, 360, false, {WalkKind::kClosing, {T(0), T(300)}}},
      {0, 300, 5'000, false, {WalkKind::kClosing, {T(0), T(300)}}},
      {0, 86'400, 5'000, false, {WalkKind::kClosing, {T(0), T(4'940)}}},
      // A full edge is closed early, but never closer than `settle`.
      {0, 300, 100, true, {WalkKind::kClosing, {T(0), T(40)}}},
      {0, 300, 60, true, {WalkKind::kEdge, {T(0), T(60 + 86'400)}}},
      // The tenant's clock stepped back behind what is closed.
      {1'000, 300, 0, false, {WalkKind::kEdge, {T(1'000), T(1'000 + 86'400)}}},
  };
  for (const Row& row : rows) {
    INFO(row.open << " " << row.span << " " << row.now);
    CHECK(PlanWalk(T(row.open), seconds(row.span), row.edge_full, T(row.now), settings) ==
          row.plan);
  }
}

TEST_CASE("the span grows over silence and shrinks in a crowd") {
  const WindowSettings settings;
  CHECK(NextSpan(seconds(300), 0, 5000, settings) == seconds(600));
  CHECK(NextSpan(seconds(86'400), 4'999, 5000, settings) == seconds(86'400));
  CHECK(NextSpan(seconds(600), 5'000, 5000, settings) == seconds(600));
  CHECK(NextSpan(seconds(600), 50'001, 5000, settings) == seconds(300));
  CHECK(NextSpan(seconds(1), 50'001, 5000, settings) == seconds(1));
  CHECK(NextSpan(seconds(1), 10, 5000, settings) == seconds(300));
}

TEST_CASE("only an empty page ends a closing walk") {
  Walk walk({WalkKind::kClosing, {T(0), T(300)}}, T(400));
  CHECK(walk.Take(Rows(100, 100, 1, 150)) == WalkStep::kMore);
  CHECK(walk.skip() == 100);
  CHECK(walk.Take(Rows(50, 100, 2, 150)) == WalkStep::kMore);  // the total is reached, short page
  CHECK(walk.skip() == 150);
  CHECK(walk.Take(Rows(0, 100, 0, 150)) == WalkStep::kEnd);
  CHECK(walk.whole());
}

TEST_CASE("a clamped page does not end a walk, and skip advances by rows received") {
  Walk walk({WalkKind::kClosing, {T(0), T(300)}}, T(400));
  CHECK(walk.Take(Rows(1000, 5000, 1)) == WalkStep::kMore);
  CHECK(walk.skip() == 1000);
}

TEST_CASE("a short page or the total ends an edge walk") {
  Walk by_total({WalkKind::kEdge, {T(0), T(300)}}, T(100));
  CHECK(by_total.Take(Rows(100, 100, 1, 300)) == WalkStep::kMore);
  CHECK(by_total.Take(Rows(50, 100, 2, 300)) == WalkStep::kMore);  // clamped: more to come
  CHECK(by_total.Take(Rows(150, 200, 3, 300)) == WalkStep::kEnd);
  Walk by_shortness({WalkKind::kEdge, {T(0), T(300)}}, T(100));
  CHECK(by_shortness.Take(Rows(100, 100, 1)) == WalkStep::kMore);
  CHECK(by_shortness.Take(Rows(99, 100, 2)) == WalkStep::kEnd);
}

TEST_CASE("the page before, again, is noticed") {
  Walk walk({WalkKind::kClosing, {T(0), T(300)}}, T(400));
  CHECK(walk.Take(Rows(3, 5000, 7)) == WalkStep::kMore);
  CHECK(walk.Take(Rows(3, 5000, 7)) == WalkStep::kRepeated);
}

TEST_CASE("a walk is whole only when nothing can have moved") {
  const WalkPlan plan{WalkKind::kClosing, {T(0), T(300)}};
  Walk one_page(plan, T(400));
  one_page.Take(Rows(7, 100, 1));
  one_page.Take(Rows(0, 100, 0));
  CHECK(one_page.whole());

  Walk no_total(plan, T(400));
  no_total.Take(Rows(100, 100, 1));
  no_total.Take(Rows(7, 100, 2));
  no_total.Take(Rows(0, 100, 0));
  CHECK_FALSE(no_total.whole());

  Walk moved(plan, T(400));
  moved.Take(Rows(100, 100, 1, 107));
  moved.Take(Rows(7, 100, 2, 108));
  moved.Take(Rows(0, 100, 0, 108));
  CHECK_FALSE(moved.whole());

  Walk short_of_total(plan, T(400));
  short_of_total.Take(Rows(100, 100, 1, 108));
  short_of_total.Take(Rows(7, 100, 2, 108));
  short_of_total.Take(Rows(0, 100, 0, 108));
  CHECK_FALSE(short_of_total.whole());

  Walk resumed(plan, T(400), 100);
  resumed.Take(Rows(7, 100, 2, 107));
  resumed.Take(Rows(0, 100, 0, 107));
  CHECK_FALSE(resumed.whole());
}

TEST_CASE("the tenant's clock never runs ahead of the tenant, and is believed when it steps") {
  const auto now = [](std::int64_t wall_s, milliseconds mono) {
    return Now{WallTime(seconds(wall_s)), M(mono)};
  };
  TenantClock clock;
  CHECK_FALSE(clock.known());
  CHECK(clock.At(now(500, milliseconds(0))) == WallTime(seconds(500)));

  clock.Observe(WallSeconds(seconds(4'000)), now(500, milliseconds(0)));
  CHECK(clock.At(now(500, milliseconds(1'500))) == WallTime(milliseconds(4'001'500)));
  CHECK(clock.Skew(now(500, milliseconds(0))) == seconds(3'500));
  // A date that is cut to its second does not pull the estimate back ...
  clock.Observe(WallSeconds(seconds(4'001)), now(501, milliseconds(1'900)));
  CHECK(clock.At(now(501, milliseconds(1'900))) == WallTime(milliseconds(4'001'900)));
  // ... a later one moves it on, and a step back is a step.
  clock.Observe(WallSeconds(seconds(4'010)), now(502, milliseconds(2'000)));
  CHECK(clock.At(now(502, milliseconds(2'000))) == WallTime(seconds(4'010)));
  clock.Observe(WallSeconds(seconds(410)), now(503, milliseconds(3'000)));
  CHECK(clock.At(now(503, milliseconds(3'000))) == WallTime(seconds(410)));
}

Cursor OpenAt(WallSeconds open) {
  Cursor cursor;
  cursor.first_start = cursor.open = cursor.closing_end = open;
  return cursor;
}

TEST_CASE("the course catches up window by window, then walks the edge once a poll") {
  CourseSettings settings;
  settings.poll_interval = seconds(30);
  Course course(settings, OpenAt(T(0)));

  REQUIRE(course.Begin(T(1'000), M(milliseconds(0))));
  CHECK(course.walk().plan() == WalkPlan{WalkKind::kClosing, {T(0), T(300)}});
  course.Take(Rows(0, 5000, 0));
  WalkEnd end = course.End();
  CHECK(end.covered_until == T(300));
  CHECK(course.cursor().open == T(300));

  REQUIRE(course.Begin(T(1'000), M(milliseconds(0))));  // doubled over silence
  CHECK(course.walk().plan() == WalkPlan{WalkKind::kClosing, {T(300), T(900)}});
  course.Take(Rows(0, 5000, 0));
  course.End();

  REQUIRE(course.Begin(T(1'001), M(seconds(1))));
  CHECK(course.walk().plan().kind == WalkKind::kEdge);
  course.Take(Rows(0, 5000, 0));
  end = course.End();
  CHECK(end.covered_until == T(1'001));
  CHECK(course.cursor().open == T(900));
  CHECK(course.cursor().delivered_until == T(1'001));

  CHECK_FALSE(course.Begin(T(1'002), M(seconds(2))));
  CHECK(course.due() == M(seconds(31)));
  CHECK(course.Begin(T(1'031), M(seconds(31))));
}

TEST_CASE("a closing walk is resumed where its rows were taken, with the same end") {
  CourseSettings settings;
  Course course(settings, OpenAt(T(0)));
  REQUIRE(course.Begin(T(1'000), M(milliseconds(0))));
  course.Take(Rows(5'000, 5'000, 1));
  course.Absorbed(3'000);
  CHECK(course.cursor().skip == 3'000);

  Course restarted(settings, course.cursor());
  REQUIRE(restarted.Begin(T(9'000), M(milliseconds(0))));
  CHECK(restarted.walk().plan() == WalkPlan{WalkKind::kClosing, {T(0), T(300)}});
  CHECK(restarted.walk().skip() == 3'000);
}

TEST_CASE("an edge walk never moves the cursor") {
  CourseSettings settings;
  Course course(settings, OpenAt(T(0)));
  REQUIRE(course.Begin(T(100), M(milliseconds(0))));
  course.Take(Rows(5'000, 5'000, 1));
  course.Absorbed(5'000);
  CHECK(course.cursor().skip == 0);
  course.Take(Rows(7, 5'000, 2));
  course.End();
  CHECK(course.cursor().open == T(0));
  // It filled a page: what is settled of it is closed at the next poll, before it is long enough.
  REQUIRE(course.Begin(T(130), M(seconds(30))));
  CHECK(course.walk().plan() == WalkPlan{WalkKind::kClosing, {T(0), T(70)}});
}

TEST_CASE("without windows the whole list is walked, once a poll") {
  CourseSettings settings;
  settings.window = WindowKind::kNone;
  settings.poll_interval = seconds(30);
  Course course(settings, OpenAt(T(0)));
  REQUIRE(course.Begin(T(100'000), M(milliseconds(0))));
  CHECK(course.walk().plan().kind == WalkKind::kList);
  CHECK(course.Take(Rows(40, 5'000, 1)) == WalkStep::kMore);
  course.Absorbed(40);
  CHECK(course.cursor().skip == 40);
  CHECK(course.Take(Rows(0, 5'000, 0)) == WalkStep::kEnd);
  CHECK(course.End().covered_until == T(100'000));
  CHECK(course.cursor().skip == 0);
  CHECK_FALSE(course.Begin(T(100'001), M(seconds(1))));
}

}  // namespace
}  // namespace nsf
