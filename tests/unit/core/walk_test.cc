// SPDX-License-Identifier: Apache-2.0
// Windows, walks, the tenant's clock and the course through them.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE("a page's target speaks the tenant's dialect") {
  const Window window{WallSeconds(seconds(1000)), WallSeconds(seconds(1300))};
  using P = PageParameter;
  using W = WindowKind;
  CHECK(PageTarget("/a", {P::kOffset, W::kInsertion}, window, 40, 20) ==
        "/a?limit=20&offset=40&insertionstarttime=999&insertionendtime=1300");
  CHECK(PageTarget("/a", {P::kSkip, W::kEvent}, window, 0, 5000) ==
        "/a?limit=5000&skip=0&starttime=999&endtime=1300");
  CHECK(PageTarget("/a", {P::kSkip, W::kNone}, window, 100, 100) == "/a?limit=100&skip=100");
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
  const auto next = [&settings](int span, std::uint64_t rows) {
    return NextSpan(seconds(span), rows, 5'000, 50'000, settings);
  };
  CHECK(next(300, 0) == seconds(600));
  CHECK(next(86'400, 4'999) == seconds(86'400));
  CHECK(next(600, 5'000) == seconds(600));
  CHECK(next(600, 50'001) == seconds(300));
  CHECK(next(1, 50'001) == seconds(1));
  CHECK(next(1, 10) == seconds(300));
}

// A page of `rows` rows with ids of their own, stating `total`.
ReceivedPage PageOf(std::size_t rows, std::optional<std::uint64_t> total = std::nullopt) {
  std::string body = "{\"ok\":1,\"result\":[";
  for (std::size_t i = 0; i < rows; ++i) body += i == 0 ? "{}" : ",{}";
  body += ']';
  if (total) body += ",\"total\":" + std::to_string(*total);
  return {Page::Parse(body + '}'), {}, {}};
}

const WalkPlan kClosingPlan{WalkKind::kClosing, {T(0), T(300)}};
const WalkPlan kEdgePlan{WalkKind::kEdge, {T(0), T(300)}};

// Turns pages of these many rows, one after the other; the walk asks for each with limit 100.
struct Turned {
  std::size_t rows;
  std::optional<std::uint64_t> total = std::nullopt;
};
void Turn(Walk* walk, const std::vector<Turned>& pages, const WalkLimits& limits = {}) {
  std::uint64_t ticket = 1;
  for (const Turned& page : pages) {
    const auto ask = walk->NextAsk(ticket, 100, limits);
    REQUIRE(ask);
    CHECK(ask->skip == walk->rows());
    REQUIRE(walk->Receive(ticket++, PageOf(page.rows, page.total)));
    walk->TakeNext(limits);
  }
}

TEST_CASE("only an empty page ends a closing walk") {
  Walk walk(kClosingPlan, T(400));
  Turn(&walk, {{100, 150}, {50, 150}});  // the total is reached, by a short page
  CHECK(walk.rows() == 150);
  CHECK_FALSE(walk.ended());
  Turn(&walk, {{0, 150}});
  CHECK(walk.ended());
  CHECK(walk.proof() == WalkProof::kWhole);
}

TEST_CASE("skip advances by rows received") {
  Walk walk(kClosingPlan, T(400));
  Turn(&walk, {{30}});
  CHECK(walk.NextAsk(9, 100, {})->skip == 30);
}

TEST_CASE("a total ends an edge walk only where larger ones have proved true") {
  WalkLimits limits;
  for (const std::uint64_t proved : {0U, 50U}) {  // all that are larger may be stated as 50
    limits.totals_true = proved;
    Walk doubted(kEdgePlan, T(100));
    Turn(&doubted, {{50, 50}}, limits);
    CHECK_FALSE(doubted.ended());
  }
  Walk trusted(kEdgePlan, T(100));
  limits.totals_true = 51;
  Turn(&trusted, {{50, 50}}, limits);
  CHECK(trusted.ended());
  CHECK(trusted.proof() == WalkProof::kWhole);
}

TEST_CASE("what a walk proves") {
  struct Case {
    std::vector<Turned> pages;
    WalkProof proof;
  };
  const Case cases[] = {
      {{{7}, {0}}, WalkProof::kWhole},              // one snapshot
      {{{0}}, WalkProof::kWhole},                   // nothing there
      {{{0, 7}}, WalkProof::kStated},               // and not shown
      {{{7, 9}, {0, 9}}, WalkProof::kWhole},        // one snapshot, whatever the total says
      {{{100, 150}, {0, 150}}, WalkProof::kMoved},  // the tenant goes no deeper
      {{{100}, {7}, {0}}, WalkProof::kNoTotal},
      {{{100, 107}, {7, 107}, {0, 107}}, WalkProof::kWhole},
      {{{100, 107}, {7, 108}, {0, 108}}, WalkProof::kMoved},  // rows came in between
      {{{100, 108}, {7, 108}, {0, 108}}, WalkProof::kMoved},
      {{{100, 100}, {100, 100}, {0, 100}}, WalkProof::kMoved},  // the total is that of the page
      {{{100, 150}, {100, 150}, {0, 150}}, WalkProof::kMoved},  // the total is capped
      {{{100}, {7, 107}, {0, 107}}, WalkProof::kMoved},
  };
  for (const Case& c : cases) {
    Walk walk(kClosingPlan, T(400));
    Turn(&walk, c.pages);
    CHECK(walk.ended());
    CHECK(walk.proof() == c.proof);
  }
  Walk resumed(kClosingPlan, T(400), 100);
  Turn(&resumed, {{7, 107}, {0, 107}});
  CHECK(resumed.proof() == WalkProof::kResumed);
  Walk repeated(kClosingPlan, T(400));
  Turn(&repeated, {{100, 107}, {7, 107}});
  repeated.NoteRepeatedRow();
  Turn(&repeated, {{0, 107}});
  CHECK(repeated.proof() == WalkProof::kMoved);
}

TEST_CASE("rows that new ones push back end an edge walk") {
  struct Page {
    std::size_t rows;
    std::uint64_t again;
    std::optional<std::uint64_t> total;
  };
  struct Case {
    WalkKind kind;
    std::vector<Page> pages;
    bool totals_are_false;
    WalkProof proof;
  };
  const Case cases[] = {
      {WalkKind::kEdge, {{60, 0, 60}, {3, 3, 63}}, false, WalkProof::kWhole},
      {WalkKind::kEdge, {{60, 0, 60}, {3, 3, 63}, {1, 1, 64}}, false, WalkProof::kWhole},
      {WalkKind::kClosing, {{60, 0, 60}, {3, 3, 63}}, false, WalkProof::kMoved},
      {WalkKind::kEdge, {{60, 0, 60}, {3, 3, 63}}, true, WalkProof::kMoved},
      {WalkKind::kEdge, {{60, 0, 61}, {3, 3, 63}}, false, WalkProof::kMoved},  // one was not shown
      {WalkKind::kEdge, {{60, 0, 60}, {3, 2, 63}}, false, WalkProof::kMoved},  // a row beside them
      {WalkKind::kEdge, {{60, 0, 60}, {3, 3, 64}}, false, WalkProof::kMoved},  // more behind
      {WalkKind::kEdge, {{60, 0, 60}, {3, 3, std::nullopt}}, false, WalkProof::kMoved},
      {WalkKind::kEdge, {{60, 0, std::nullopt}, {3, 3, std::nullopt}}, false, WalkProof::kMoved},
      {WalkKind::kEdge, {{60, 0, 60}, {3, 3, 59}, {2, 2, 65}}, false, WalkProof::kMoved},
  };
  for (const Case& c : cases) {
    WalkLimits limits;
    limits.totals_are_false = c.totals_are_false;
    Walk walk({c.kind, {T(0), T(300)}}, T(100));
    for (const Page& page : c.pages) {
      Turn(&walk, {{page.rows, page.total}}, limits);
      walk.NoteRowsAgain(page.again);
    }
    walk.EndWithRowsAgain();
    CHECK(walk.ended());
    CHECK(walk.proof() == c.proof);
  }
}

TEST_CASE("a page is small beside the first one") {
  Walk walk(kEdgePlan, T(100));
  Turn(&walk, {{80}});
  CHECK_FALSE(walk.last_was_small());
  Turn(&walk, {{40}});
  CHECK_FALSE(walk.last_was_small());
  Turn(&walk, {{39}});
  CHECK(walk.last_was_small());
  Walk capped(kEdgePlan, T(100));
  Turn(&capped, {{80}});
  REQUIRE(capped.NextAsk(7, 10, {}));  // fewer are asked for
  REQUIRE(capped.Receive(7, PageOf(10)));
  capped.TakeNext({});
  CHECK_FALSE(capped.last_was_small());
}

TEST_CASE("a total is false for certain where one page tells") {
  const std::pair<std::vector<Turned>, bool> cases[] = {
      {{{7, 7}, {0, 7}}, false},
      {{{7, 9}, {0, 9}}, true},
      {{{100, 150}, {0, 150}}, false},             // the tenant goes no deeper
      {{{100, 20}, {0, 20}}, true},                // capped
      {{{100, 120}, {21, 120}, {0, 120}}, false},  // a row came in between
  };
  for (const auto& [pages, misstated] : cases) {
    Walk walk(kClosingPlan, T(400));
    Turn(&walk, pages);
    CHECK(walk.misstated() == misstated);
  }
}

TEST_CASE("a walk is only as deep as the tenant answers") {
  Walk empty(kClosingPlan, T(400));
  Turn(&empty, {{100, 300}, {100, 300}, {0, 300}});
  CHECK(empty.stopped_deep());
  Walk refused(kClosingPlan, T(400));
  Turn(&refused, {{100, 300}});
  REQUIRE(refused.NextAsk(5, 100, {}));
  REQUIRE(refused.NextAsk(6, 100, {}));
  refused.RefuseFrom(6);
  CHECK_FALSE(refused.ended());  // the page before it is still under way
  REQUIRE(refused.Receive(5, PageOf(100, 300)));
  refused.TakeNext({});
  CHECK(refused.ended());
  CHECK(refused.proof() == WalkProof::kMoved);
}

TEST_CASE("pages are asked for several at a time, and taken in order") {
  Walk walk(kClosingPlan, T(400));
  REQUIRE(walk.NextAsk(1, 100, {}));
  CHECK_FALSE(walk.NextAsk(2, 100, {}));  // how many there are is not known yet
  REQUIRE(walk.Receive(1, PageOf(100, 250)));
  CHECK(walk.NextAsk(2, 100, {})->skip == 100);  // known by a page that is not taken yet
  CHECK(walk.TakeNext({}).first_skip == 0);
  CHECK(walk.NextAsk(3, 100, {})->skip == 200);
  CHECK_FALSE(walk.asked_to_its_end());
  CHECK(walk.NextAsk(4, 100, {})->skip == 250);  // the empty page, along with the last rows
  CHECK(walk.asked_to_its_end());
  CHECK_FALSE(walk.NextAsk(5, 100, {}));
  REQUIRE(walk.Receive(3, PageOf(50, 250)));
  REQUIRE(walk.Receive(4, PageOf(0, 250)));
  CHECK_FALSE(walk.HasNext());
  CHECK(walk.Fail(2));  // it is asked for again, before any other
  CHECK(walk.NextAsk(5, 100, {})->skip == 100);
  REQUIRE(walk.Receive(5, PageOf(100, 250)));
  CHECK(walk.TakeNext({}).first_skip == 100);
  CHECK(walk.TakeNext({}).first_skip == 200);
  CHECK_FALSE(walk.Receive(2, PageOf(1)));  // nobody waits for it any more
  walk.TakeNext({});
  CHECK(walk.ended());
  CHECK(walk.proof() == WalkProof::kWhole);
}

TEST_CASE("a total that is too large costs a request, and ends nothing early") {
  Walk walk(kClosingPlan, T(400));
  Turn(&walk, {{100, 250}});
  CHECK(walk.NextAsk(2, 100, {})->skip == 100);
  CHECK(walk.NextAsk(3, 100, {})->skip == 200);
  CHECK(walk.NextAsk(4, 100, {})->skip == 250);
  REQUIRE(walk.Receive(2, PageOf(100, 250)));
  REQUIRE(walk.Receive(3, PageOf(20, 250)));
  REQUIRE(walk.Receive(4, PageOf(0, 250)));
  walk.TakeNext({});
  walk.TakeNext({});
  CHECK_FALSE(walk.ended());  // the empty page did not follow these rows
  CHECK(walk.NextAsk(5, 100, {})->skip == 220);
  REQUIRE(walk.Receive(5, PageOf(0, 250)));
  walk.TakeNext({});
  CHECK(walk.ended());
  CHECK(walk.proof() == WalkProof::kMoved);
}

TEST_CASE("a page that does not begin where the rows end is thrown away and asked for again") {
  Walk walk(kClosingPlan, T(400));
  Turn(&walk, {{100, 250}});
  REQUIRE(walk.NextAsk(2, 100, {}));
  REQUIRE(walk.NextAsk(3, 100, {}));
  REQUIRE(walk.Receive(3, PageOf(50, 250)));
  REQUIRE(walk.Receive(2, PageOf(60, 250)));  // short
  walk.TakeNext({});
  CHECK_FALSE(walk.HasNext());
  CHECK(walk.NextAsk(4, 100, {})->skip == 160);
  CHECK_FALSE(walk.NextAsk(5, 100, {}));  // one by one from now on
}

TEST_CASE("a tenant that clamps is asked for what it gives") {
  Walk walk(kClosingPlan, T(400));
  WalkLimits limits;
  limits.clamp = 40;
  REQUIRE(walk.NextAsk(1, 100, limits));
  REQUIRE(walk.Receive(1, PageOf(40, 120)));
  walk.TakeNext(limits);
  CHECK(walk.NextAsk(2, 100, limits)->skip == 40);
  CHECK(walk.NextAsk(3, 100, limits)->skip == 80);
  CHECK(walk.NextAsk(4, 100, limits)->skip == 120);
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

// A course and what it stands on, with answers in order.
struct Travel {
  explicit Travel(const Cursor& cursor, CourseSettings settings = {})
      : course(settings, cursor, closed) {}

  ClosedWindows closed{{{minutes(15), hours(1), hours(24)}}};
  Course course;
  std::uint64_t ticket = 0;

  bool Begin(int tenant_now, seconds now) { return course.Begin(T(tenant_now), M(now)).first; }
  const WalkPlan& plan() { return course.current().walk.plan(); }
  // The current walk holds pages of these many rows.
  WalkEnd Turn(int tenant_now, const std::vector<std::size_t>& pages) {
    for (const std::size_t rows : pages) {
      const auto ask = course.NextAsk(++ticket, 5'000, {}, false, T(tenant_now));
      REQUIRE(ask);
      REQUIRE(course.Receive(ticket, PageOf(rows)));
      course.current().walk.TakeNext({});
      course.Absorbed(course.current().walk.rows());
    }
    return course.End(T(tenant_now), 0);
  }
};

TEST_CASE("the course catches up window by window, then walks the edge once a poll") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(1'000, seconds(0)));
  CHECK(t.plan() == WalkPlan{WalkKind::kClosing, {T(0), T(300)}});
  CHECK(t.Turn(1'000, {0}).whole);
  CHECK(t.course.cursor().open == T(300));
  CHECK(DeliveredUntil(t.course.cursor(), t.closed) == T(300));

  REQUIRE(t.Begin(1'000, seconds(0)));  // doubled over silence
  CHECK(t.plan() == WalkPlan{WalkKind::kClosing, {T(300), T(900)}});
  t.Turn(1'000, {0});

  REQUIRE(t.Begin(1'001, seconds(1)));
  CHECK(t.plan().kind == WalkKind::kEdge);
  t.Turn(1'001, {0});
  CHECK(t.course.cursor().open == T(900));
  CHECK(DeliveredUntil(t.course.cursor(), t.closed) == T(1'001));

  CHECK(t.course.Begin(T(1'002), M(seconds(2))) == std::pair(false, M(seconds(31))));
  CHECK(t.Begin(1'031, seconds(31)));
}

TEST_CASE("a closing walk is resumed where its rows were taken, with the same end") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(1'000, seconds(0)));
  t.course.Absorbed(3'000);
  CHECK(t.course.cursor().skip == 3'000);

  Travel restarted(t.course.cursor());
  REQUIRE(restarted.Begin(9'000, seconds(0)));
  CHECK(restarted.plan() == WalkPlan{WalkKind::kClosing, {T(0), T(300)}});
  CHECK(restarted.course.NextAsk(1, 100, {}, false, T(9'000))->page.skip == 3'000);
  // What a resumed walk held is not proven: the window is walked again at once.
  REQUIRE(restarted.course.Receive(1, PageOf(0)));
  restarted.course.current().walk.TakeNext({});
  CHECK_FALSE(restarted.course.End(T(9'000), 0).whole);
  CHECK(DeliveredUntil(restarted.course.cursor(), restarted.closed) == T(0));
  REQUIRE(restarted.Begin(9'000, seconds(1)));
  CHECK(restarted.plan() == WalkPlan{WalkKind::kRevisit, {T(0), T(300)}});
}

TEST_CASE("an edge walk never moves the cursor") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(100, seconds(0)));
  t.Turn(100, {5'000, 7, 0});
  CHECK(t.course.cursor().skip == 0);
  CHECK(t.course.cursor().open == T(0));
  // Several pages without a total prove nothing.
  CHECK_FALSE(t.course.cursor().delivered_until);
  // It filled a page: what is settled of it is closed at the next poll, before it is long enough.
  REQUIRE(t.Begin(130, seconds(30)));
  CHECK(t.plan() == WalkPlan{WalkKind::kClosing, {T(0), T(70)}});
}

TEST_CASE("while catching up, the pages of the next windows are asked for too") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(10'000, seconds(0)));
  CHECK(t.course.NextAsk(1, 100, {}, true, T(10'000))->window == Window{T(0), T(300)});
  CHECK(t.course.NextAsk(2, 100, {}, true, T(10'000))->window == Window{T(300), T(600)});
  CHECK_FALSE(t.course.NextAsk(3, 100, {}, false, T(10'000)));
  REQUIRE(t.course.Receive(1, PageOf(0)));
  t.course.current().walk.TakeNext({});
  t.course.End(T(10'000), 0);
  CHECK(t.course.cursor().open == T(300));
  CHECK(t.course.cursor().closing_end == T(600));
  CHECK(t.course.open_pages() == 1);
}

TEST_CASE(
    "a window deeper than the tenant answers is halved, and those after it are kept smaller") {
  Travel t(OpenAt(T(0)));
  t.course.cursor().span = hours(2);
  t.course.LearnDepth(100);
  REQUIRE(t.Begin(100'000, seconds(0)));
  const auto ask = t.course.NextAsk(1, 100, {}, false, T(100'000));
  REQUIRE(ask);
  REQUIRE(t.course.Receive(1, PageOf(101)));
  t.course.current().walk.TakeNext({});
  REQUIRE(t.course.NextAsk(2, 100, {}, false, T(100'000)));
  t.course.RefuseDepth(2);
  CHECK_FALSE(t.course.End(T(100'000), 0).whole);
  CHECK(t.course.cursor().span == hours(1));
}

}  // namespace
}  // namespace nsf
