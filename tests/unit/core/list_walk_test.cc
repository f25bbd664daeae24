// SPDX-License-Identifier: Apache-2.0
// Lists: their order, the way through them page by page, and the course that they are walked on.
#include "core/walk/list_walk.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/walk/course.h"

namespace nsf {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallSeconds T(std::int64_t s) { return WallSeconds(seconds(1'000'000 + s)); }
MonotonicTime M(seconds since) { return MonotonicTime(hours(1)) + since; }

constexpr OrderSeen kOldest{true, false};
constexpr OrderSeen kNewest{false, true};
constexpr OrderSeen kUnknown{false, false};

// Rows "<time><name>": "5a" is of second 5; the name may be absent; "-" has no time.
std::string RowText(const std::string& row) {
  if (row[0] == '-') return "{\"n\":\"" + row + "\"}";
  const auto second = T(std::stoi(row)).time_since_epoch().count();
  return "{\"timestamp\":" + std::to_string(second) + ",\"n\":\"" + row + "\"}";
}

using Rows = std::vector<std::string>;

ReceivedPage PageOf(const Rows& rows, std::optional<std::uint64_t> total = std::nullopt) {
  std::string body = "{\"result\":[";
  for (std::size_t i = 0; i < rows.size(); ++i) body += (i == 0 ? "" : ",") + RowText(rows[i]);
  body += ']';
  if (total) body += ",\"total\":" + std::to_string(*total);
  return {Page::Parse(body + '}'), {}, nullptr};
}

TEST_CASE("an order is what all neighbours show, and never believed again once it failed") {
  CHECK(kUnknown.order() == ListOrder::kNeither);
  OrderSeen seen;
  seen.Add(T(5), T(5));
  CHECK(seen.order() == ListOrder::kNeither);
  seen.Add(T(5), T(4));
  CHECK(seen.order() == ListOrder::kNewestFirst);
  seen.Add(T(4), T(5));
  CHECK(seen.order() == ListOrder::kNeither);
  seen.Add(T(5), T(4));
  CHECK(seen.order() == ListOrder::kNeither);
  CHECK(OrderSeen::Pinned(ListOrder::kOldestFirst).order() == ListOrder::kOldestFirst);
  CHECK(OrderSeen::Pinned(ListOrder::kNewestFirst).order() == ListOrder::kNewestFirst);
  OrderSeen none = OrderSeen::Pinned(ListOrder::kNeither);
  none.Add(T(1), T(2));
  CHECK(none.order() == ListOrder::kNeither);
}

// One page as it is asked for and comes.
struct Turned {
  std::uint64_t next;  // where it is asked for
  Rows rows;
  std::size_t repeats = 0;
  std::optional<std::uint64_t> total = std::nullopt;
};

struct Case {
  std::string what;
  ListTask task;
  std::vector<Turned> pages;
  bool whole;
};

const ListTask kDown{T(10), kNewest, 0, T(10), T(50)};
const ListTask kUp{T(10), kOldest, 7, T(14), T(50)};
const ListTask kAll{T(10), kUnknown, 0, T(10), T(50)};

TEST_CASE("the way through a list") {
  const Case cases[] = {
      {"newest first ends a whole second past the floor",
       kDown,
       {{0, {"20", "15", "12", "10a"}}, {3, {"10a", "10b", "10c", "10d"}, 1}, {6, {"10d", "9"}, 1}},
       true},
      {"newest first ends where the list does",
       kDown,
       {{0, {"20", "15", "12"}}, {2, {"12"}, 1}},
       true},
      {"an empty list", kDown, {{0, {}}}, true},
      {"one row alone", kDown, {{0, {"20"}}, {1, {}}}, true},
      {"rows that came in at the head are repeats",
       kDown,
       {{0, {"20", "15", "12", "11"}}, {3, {"15", "12", "11", "10", "9"}, 3}},
       true},
      {"the last rows left the list: looked for where all is known",
       kDown,
       {{0, {"20", "15", "14", "12"}}, {3, {}}, {2, {"14"}}, {3, {}}},
       true},
      {"oldest first begins with a row older than the floor, and keeps the next anchor",
       kUp,
       {{7, {"9", "10", "13", "14"}}, {10, {"14"}, 1}},
       true},
      {"oldest first does not run after what is appended",
       kUp,
       {{7, {"9", "10", "51", "52"}}, {10, {"52", "53"}, 1}},
       true},
      {"a head that was trimmed moves the anchor: it is looked for further left",
       kUp,
       {{7, {"10", "13"}}, {3, {"10z", "10y"}}, {0, {"8", "9", "10z", "10y"}}, {3, {"10y"}, 1}},
       true},
      {"the anchor lies behind the end", kUp, {{7, {}}, {3, {"9", "10"}}, {4, {"10"}, 1}}, true},
      {"a head trimmed between two pages is mended by time",
       kUp,
       {{7, {"9", "10", "11", "12"}},
        {10, {"13", "14"}},
        {9, {"12", "13", "14"}},
        {5, {"8", "9", "10", "11"}},
        {8, {"11", "12", "13", "14"}, 1},
        {11, {"14"}, 1}},
       true},
      {"in no order a page that does not join has moved",
       kAll,
       {{0, {"5a", "5b"}}, {1, {"5c", "5d"}}, {2, {"5d"}, 1}},
       false},
      {"in no order the whole list is walked, and all joins",
       kAll,
       {{0, {"5", "90", "7", "8"}}, {3, {"8", "1"}, 1}, {4, {"1"}, 1}},
       true},
      {"an order that fails ends the walk", kDown, {{0, {"20", "15", "16"}}}, false},
      {"rows are stated behind the last one",
       kDown,
       {{0, {"20", "15"}, 0, 9}, {1, {"15"}, 1, 9}, {2, {}, 0, 9}},
       false},
      {"a total that is the page's, or capped, tells nothing",
       kDown,
       {{0, {"20", "15"}, 0, 2}, {1, {"15"}, 1, 1}},
       true},
      {"behind the floor no total counts", kDown, {{0, {"20", "9"}, 0, 900}}, true},
      {"equal rows join in two ways: their second is looked at whole",
       kDown,
       {{0, {"20", "15", "15", "15"}},
        {3, {"15", "15", "12"}},
        {0, {"20", "15", "15", "15"}},
        {3, {"15", "15", "9"}, 1}},
       true},
      {"rows without time tell no order",
       kDown,
       {{0, {"-a", "20", "-b", "15"}}, {3, {"15", "-c", "9"}, 1}},
       true},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    ListWalk walk(c.task);
    for (const Turned& page : c.pages) {
      INFO("at " << page.next);
      REQUIRE_FALSE(walk.ended());
      REQUIRE(walk.next() == page.next);
      CHECK(walk.Take(4, PageOf(page.rows, page.total)) == page.repeats);
    }
    // Without a total the end is what an empty page shows.
    if (!walk.ended()) walk.Take(4, PageOf({}));
    CHECK(walk.ended());
    CHECK(walk.whole() == c.whole);
  }
}

TEST_CASE("a head that is older than it was shows that the order does not hold") {
  for (const int head : {5, 9}) {
    ListWalk walk({T(7), kNewest, 0, T(7), T(10), false, 0, T(9)});
    walk.Take(2, PageOf({std::to_string(head) + "a", "5b"}));
    CHECK(walk.ended());
    CHECK(walk.whole() == (head == 9));
    CHECK(walk.order() == (head == 9 ? ListOrder::kNewestFirst : ListOrder::kNeither));
    CHECK(walk.head() == T(head));
  }
}

TEST_CASE("where the same page comes whatever is asked for, the walk ends, unproven") {
  for (const ListTask& task : {kAll, kDown}) {
    ListWalk walk(task);
    int pages = 0;
    for (; !walk.ended() && pages < 100; ++pages) walk.Take(2, PageOf({"20", "15"}));
    CHECK(pages < 12);
    CHECK_FALSE(walk.whole());
  }
}

TEST_CASE("a page that comes again shows a second in another order each time") {
  ListWalk walk(kUp);
  const Rows pages[] = {{"9", "15a", "15b"}, {"9", "15c", "15a"}, {"9", "15b", "15c"}};
  int taken = 0;
  for (; !walk.ended() && taken < 100; ++taken) walk.Take(3, PageOf(pages[taken % 3]));
  CHECK(walk.stuck());
  CHECK(taken < 20);
}

TEST_CASE("rows dated ahead stand behind a page that a tenant clamped") {
  ListWalk walk(kUp);
  walk.Take(4, PageOf({"9", "60"}));
  REQUIRE_FALSE(walk.ended());
  walk.Take(4, PageOf({"60", "70"}));
  REQUIRE_FALSE(walk.ended());
  walk.Take(4, PageOf({"70"}));
  walk.Take(4, PageOf({}));
  CHECK(walk.whole());
}

TEST_CASE("a short page is no end") {
  ListWalk walk(kAll);
  walk.Take(4, PageOf({"5", "90", "7"}));
  CHECK(walk.Take(4, PageOf({"7"})) == 1);  // though more follow
  REQUIRE_FALSE(walk.ended());
  CHECK(walk.next() == 3);
  walk.Take(4, PageOf({"8"}));
  CHECK(walk.next() == 2);
  CHECK(walk.Take(4, PageOf({"7", "8"})) == 1);
  CHECK(walk.Take(4, PageOf({"8"})) == 1);
  walk.Take(4, PageOf({}));
  CHECK(walk.whole());
}

TEST_CASE("the anchor is the last row that is older than the next floor") {
  ListWalk walk(kUp);
  walk.Take(4, PageOf({"9", "10", "13a", "13b"}));
  walk.Take(4, PageOf({"13b", "14", "15"}));
  CHECK(walk.anchor() == 10);
}

TEST_CASE("a row without time among older ones is older, in either order") {
  const auto older = [](const ListWalk& walk) {
    std::vector<bool> is;
    for (std::size_t i = 0; i < 4; ++i) is.push_back(walk.IsOlder(i));
    return is;
  };
  ListWalk down(kDown);
  down.Take(5, PageOf({"20", "-", "9", "-"}));
  CHECK(older(down) == std::vector<bool>{false, false, true, true});
  ListTask from_older = kUp;
  from_older.floor = T(12);
  ListWalk up(from_older);
  up.Take(5, PageOf({"-", "9", "-", "20"}));
  CHECK(older(up) == std::vector<bool>{true, true, false, false});
}

TEST_CASE("where ties change places, pages are asked for as early as holds their second") {
  ListTask task = kDown;
  task.ties_move = true;
  ListWalk walk(task);
  walk.Take(6, PageOf({"20", "15", "12a", "12b", "12c"}));
  CHECK(walk.next() == 1);
  CHECK(walk.Take(6, PageOf({"15", "12c", "12b", "12d", "12a", "9"})) == 0);
  CHECK_FALSE(walk.chained());
  CHECK(walk.whole());
}

Cursor OpenAt(WallSeconds open) {
  Cursor cursor;
  cursor.first_start = cursor.open = cursor.closing_end = open;
  return cursor;
}

// A course through a list whose answers are given.
struct Travel {
  explicit Travel(const Cursor& cursor, std::optional<ListOrder> order = std::nullopt)
      : course(Settings(order), cursor, closed) {}

  static CourseSettings Settings(std::optional<ListOrder> order) {
    CourseSettings settings;
    settings.window = WindowKind::kNone;
    settings.order = order;
    return settings;
  }

  ClosedWindows closed{{{minutes(15), hours(1), hours(24)}}};
  Course course;
  std::uint64_t ticket = 0;

  bool Begin(int tenant_now, seconds now) { return course.Begin(T(tenant_now), M(now)).first; }
  Window window() { return course.current().walk.plan().window; }
  WalkEnd Turn(int tenant_now, const std::vector<Rows>& pages) {
    for (const Rows& rows : pages) {
      REQUIRE(course.NextAsk(++ticket, 5'000, {}, true, T(tenant_now)));
      REQUIRE(course.Receive(ticket, PageOf(rows)));
      course.current().walk.TakeNext({});
    }
    if (!course.current().walk.ended()) {
      REQUIRE(course.NextAsk(++ticket, 5'000, {}, true, T(tenant_now)));
      REQUIRE(course.Receive(ticket, PageOf({})));
      course.current().walk.TakeNext({});
    }
    REQUIRE(course.current().walk.ended());
    return course.End(T(tenant_now), 0);
  }
};

TEST_CASE("a walk that is whole covers all, and closes what is settled and long enough") {
  Travel t(OpenAt(T(0)), ListOrder::kNewestFirst);
  REQUIRE(t.Begin(100, seconds(0)));
  CHECK(t.window() == Window{T(0), T(100 + 86'400)});
  CHECK(t.course.current().parts.empty());
  CHECK(t.Turn(100, {{}}).whole);
  CHECK(t.course.cursor().open == T(0));
  CHECK(t.course.cursor().delivered_until == T(100));
  CHECK(t.course.Begin(T(101), M(seconds(1))) == std::pair(false, M(seconds(30))));

  REQUIRE(t.Begin(360, seconds(260)));
  CHECK(t.Turn(360, {{}}).windows == 1);
  CHECK(t.course.cursor().open == T(300));
  CHECK_FALSE(t.course.cursor().closing());
  // The revisit is due: one walk reaches down to it.
  REQUIRE(t.Begin(1'800, seconds(1'700)));
  CHECK(t.window().start == T(0));
  CHECK(t.Turn(1'800, {{}}).windows == 2);
  CHECK(t.closed.records().at(T(0)).revisits == 1);
  CHECK(t.course.cursor().open == T(1'740));
}

TEST_CASE("a walk down goes on through the whole second before the open time") {
  Travel t(OpenAt(T(300)), ListOrder::kNewestFirst);
  REQUIRE(t.Begin(350, seconds(0)));
  CHECK(t.Turn(350, {{"349", "300"}, {"300", "299"}, {"299", "298"}}).whole);
}

TEST_CASE("a walk up begins before that second, whatever the anchor says") {
  Cursor cursor = OpenAt(T(300));
  cursor.list_anchor = 9'000;
  Travel t(cursor, ListOrder::kOldestFirst);
  REQUIRE(t.Begin(350, seconds(0)));
  CHECK(t.Turn(350, {{"299", "300"}, {"298", "299", "300"}, {"300"}}).whole);
}

TEST_CASE("what an outage left is closed by the hour") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(9'060, seconds(0)));
  CHECK(t.Turn(9'060, {{}}).windows == 3);
  CHECK(t.closed.records().count(T(3'600)) == 1);
  CHECK(t.course.cursor().open == T(9'000));
}

TEST_CASE("a walk that is not whole closes nothing, and is walked again") {
  Travel t(OpenAt(T(0)));
  const std::vector<Rows> moved{{"5a", "5b"}, {"5c", "5d"}, {"5d"}};
  REQUIRE(t.Begin(1'000, seconds(0)));
  CHECK_FALSE(t.Turn(1'000, moved).whole);
  CHECK(t.course.cursor().open == T(0));
  CHECK_FALSE(t.course.cursor().delivered_until);
  CHECK(t.closed.records().empty());
  REQUIRE(t.Begin(1'000, seconds(1)));  // at once, the first time
  CHECK_FALSE(t.Turn(1'000, moved).whole);
  CHECK_FALSE(t.Begin(1'000, seconds(2)));
  REQUIRE(t.Begin(1'031, seconds(31)));
  CHECK(t.Turn(1'031, {{}}).whole);
  CHECK(t.course.cursor().open == T(971));
}

TEST_CASE("revisits of a list that keeps moving pause, and the edge does not") {
  Travel t(OpenAt(T(0)), ListOrder::kNewestFirst);
  REQUIRE(t.Begin(360, seconds(0)));
  t.Turn(360, {{}});
  const std::vector<Rows> moved{{"2000", "1999"}, {}, {}};
  REQUIRE(t.Begin(2'000, seconds(40)));
  CHECK(t.window().start == T(0));
  t.course.LearnDepth(1);
  REQUIRE(t.course.NextAsk(90, 10, {}, true, T(2'000)));
  t.course.RefuseDepth(90);
  CHECK_FALSE(t.course.End(T(2'000), 0).whole);
  REQUIRE(t.Begin(2'000, seconds(41)));
  REQUIRE(t.course.NextAsk(91, 10, {}, true, T(2'000)));
  t.course.RefuseDepth(91);
  CHECK_FALSE(t.course.End(T(2'000), 0).whole);
  REQUIRE(t.Begin(2'040, seconds(80)));
  CHECK(t.window().start == T(300));
  t.Turn(2'040, {{}});
  REQUIRE(t.Begin(2'200, seconds(240)));
  CHECK(t.window().start == T(0));
}

TEST_CASE("the order that was learned, and the anchor, are kept in the cursor") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(2'000, seconds(0)));
  t.Turn(2'000, {{"100", "200", "300", "400", "500", "600", "700", "800", "900", "1000", "1100",
                  "1900", "1941"},
                 {"1941"}});
  CHECK(t.course.cursor().list_order.order() == ListOrder::kOldestFirst);
  CHECK(t.course.cursor().list_anchor == 11);
  Travel restarted(t.course.cursor());
  REQUIRE(restarted.Begin(2'030, seconds(0)));
  CHECK(restarted.course.NextAsk(1, 100, {}, true, T(2'030))->page.skip == 11);
}

TEST_CASE("an order that few rows show is not believed, and one that they contradict never") {
  Travel t(OpenAt(T(0)));
  REQUIRE(t.Begin(2'000, seconds(0)));
  t.Turn(2'000, {{"1941", "900", "100"}, {"100"}});
  CHECK(t.course.cursor().list_order == OrderSeen());
  REQUIRE(t.Begin(2'030, seconds(40)));
  t.Turn(2'030, {{"1941", "900", "950", "100"}, {"100"}});
  CHECK(t.course.cursor().list_order == OrderSeen{true, true});
}

TEST_CASE("rows that do not show the time of the others tell nothing of the order") {
  ListWalk walk(kDown);
  const std::string body =
      R"({"result":[{"_insertion_epoch_timestamp":1000030,"timestamp":1000020},)"
      R"({"timestamp":1000090},)"
      R"({"_insertion_epoch_timestamp":1000025,"timestamp":1000024}]})";
  walk.Take(4, {Page::Parse(body), {}, nullptr});
  CHECK(walk.order() == ListOrder::kNewestFirst);
  CHECK_FALSE(walk.ended());
}

}  // namespace
}  // namespace nsf
