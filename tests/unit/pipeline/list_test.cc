// SPDX-License-Identifier: Apache-2.0
// A stream whose tenant honours no window, in virtual time: lists in any order, that move, lose
// their head, shuffle, hide or repeat rows, with and without crashes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "core/state/cursor.h"
#include "core/state/keys.h"
#include "unit/pipeline/virtual_run.h"

namespace nsf::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

enum class Order { kOldest, kNewest, kNone };
constexpr Order kOrders[] = {Order::kOldest, Order::kNewest, Order::kNone};

WallSeconds Time(const FakeRow& row) { return row.event.value_or(row.insertion); }

// Places of rows in a list that is in no order, but always in the same.
std::size_t Place(const FakeRow* row) { return HashId(row->id + row->extra).low; }

StreamSettings ListSettings() {
  StreamSettings settings = AcmeSettings();
  settings.pins = {PageParameter::kSkip, WindowKind::kNone, std::nullopt};
  settings.settle_by_event = seconds(60);
  settings.page_size = 20;
  return settings;
}

void Arrange(std::vector<const FakeRow*>* rows, Order order) {
  std::stable_sort(rows->begin(), rows->end(), [order](const FakeRow* a, const FakeRow* b) {
    if (order == Order::kNone) return Place(a) < Place(b);
    return order == Order::kOldest ? Time(*a) < Time(*b) : Time(*a) > Time(*b);
  });
}

void BeList(FakeTenant* tenant, Order order) {
  tenant->honours_insertion = tenant->honours_event = tenant->honours_offset = false;
  tenant->honours_skip = true;
  tenant->arrange = [order](auto* rows, WallSeconds) { Arrange(rows, order); };
}

// `count` rows, one each `step` from `from`.
void Fill(FakeTenant* tenant, WallSeconds from, int count, seconds step,
          const std::string& prefix = "e") {
  for (int i = 0; i < count; ++i) {
    tenant->rows.push_back({prefix + std::to_string(i), from + i * step, std::nullopt, ""});
  }
}

Cursor CursorOf(const VirtualRun& run) {
  return DecodeCursor(run.state.at(CursorKey("acme", "audit"))).value();
}

TEST_CASE("a list is cut into windows, closed and proven, in whatever order it runs") {
  for (const Order order : kOrders) {
    INFO(static_cast<int>(order));
    VirtualRun run(ListSettings());
    BeList(&run.tenant, order);
    Fill(&run.tenant, run.second() - hours(5), 500, seconds(36));
    Fill(&run.tenant, run.second(), 600, seconds(6), "live");
    run.For(minutes(70));
    CheckDelivered(run, 1'100);
    CHECK(run.snapshot().windows.at("whole") > 5);
    CHECK(run.second() - CursorOf(run).open <= minutes(7));
    CHECK(run.second() - *run.snapshot().delivered_until <= seconds(60));
    CHECK(run.snapshot().windows_incomplete == 0);
  }
}

TEST_CASE("a poll of an ordered list costs little, however long the list is") {
  for (const Order order : {Order::kOldest, Order::kNewest}) {
    INFO(static_cast<int>(order));
    StreamSettings settings = ListSettings();
    settings.revisit = {};
    VirtualRun run(settings);
    BeList(&run.tenant, order);
    Fill(&run.tenant, run.second() - hours(20), 2'000, seconds(36));
    REQUIRE(run.UntilCaughtUp());
    run.For(minutes(20));
    const auto asked = run.tenant.targets.size();
    run.For(minutes(50));
    CHECK(run.tenant.targets.size() - asked <= 200);
  }
}

TEST_CASE("what memory and state hold of an ordered list does not grow with it") {
  for (const Order order : {Order::kOldest, Order::kNewest}) {
    INFO(static_cast<int>(order));
    VirtualRun run(ListSettings());
    BeList(&run.tenant, order);
    Fill(&run.tenant, run.second() - hours(20), 1'000, seconds(72));
    run.For(hours(30));
    CheckDelivered(run, 1'000);
    CHECK(run.second() - CursorOf(run).open <= minutes(7));
    std::size_t ids = 0;
    for (const auto& [key, value] : run.state) {
      ids += key.starts_with(IdsPrefix("acme", "audit")) ? 1U : 0U;
    }
    CHECK(ids == 0);
    // Long after the outage a new row is found at once, and the old ones are not delivered again.
    run.tenant.rows.push_back({"new", run.second(), std::nullopt, ""});
    run.For(minutes(1));
    CheckDelivered(run, 1'001);
  }
}

TEST_CASE("a row that is late by the list's own time is found by a revisit, once") {
  for (const Order order : kOrders) {
    INFO(static_cast<int>(order));
    StreamSettings settings = ListSettings();
    settings.poll_interval = minutes(3);
    VirtualRun run(settings);
    BeList(&run.tenant, order);
    run.tenant.shows_insertion = false;
    Fill(&run.tenant, run.second() - hours(2), 400, seconds(36));
    REQUIRE(run.UntilCaughtUp());
    run.For(minutes(10));
    const WallSeconds now = run.second();
    run.tenant.rows.push_back({"late", now, now - minutes(7), ""});
    run.tenant.rows.push_back({"later", now, now - minutes(40), ""});
    REQUIRE(run.Until([&] { return run.delivered.size() == 402; }, hours(2)));
    run.For(hours(26));
    CheckDelivered(run, run.tenant.rows.size());
  }
}

TEST_CASE("a head trimmed between two pages moves the anchor, and nothing is lost") {
  VirtualRun run(ListSettings());
  run.request_takes = seconds(2);
  BeList(&run.tenant, Order::kOldest);
  // Half an hour of rows is kept; each page is of another list.
  run.tenant.arrange = [](auto* rows, WallSeconds now) {
    std::erase_if(*rows, [now](const FakeRow* row) { return Time(*row) < now - minutes(30); });
  };
  Fill(&run.tenant, run.second() - minutes(29), 8'000, seconds(1));
  run.For(minutes(80));
  for (const auto& [id, times] : run.delivered) CHECK(times == 1);
  // The first rows may leave before they can be asked for.
  std::size_t lost = 0;
  for (int i = 600; i < 6'000; ++i) lost += 1 - run.delivered.count("e" + std::to_string(i));
  CHECK(lost == 0);
  CHECK(run.second() - CursorOf(run).open <= minutes(10));
}

TEST_CASE("ties that change places at every request are found all the same") {
  for (const Order order : {Order::kOldest, Order::kNewest}) {
    INFO(static_cast<int>(order));
    VirtualRun run(ListSettings());
    BeList(&run.tenant, order);
    std::mt19937_64 dice(3);
    run.tenant.arrange = [&dice, order](auto* rows, WallSeconds) {
      std::shuffle(rows->begin(), rows->end(), dice);
      Arrange(rows, order);
    };
    for (int second = 0; second < 300; ++second) {
      for (int i = 0; i < 7; ++i) {
        run.tenant.rows.push_back({"e" + std::to_string(second * 7 + i),
                                   run.second() - hours(1) + seconds(second * 5), std::nullopt,
                                   ""});
      }
    }
    run.For(minutes(90));
    CheckDelivered(run, 2'100);
    CHECK(run.second() - CursorOf(run).open <= minutes(10));
  }
}

TEST_CASE("equal rows without id on several pages are as many events as they are rows") {
  for (const Order order : kOrders) {
    INFO(static_cast<int>(order));
    VirtualRun run(ListSettings());
    BeList(&run.tenant, order);
    for (int i = 0; i < 200; ++i) {
      const WallSeconds when = run.second() - hours(1) + seconds(i / 10);
      run.tenant.rows.push_back({"", when, std::nullopt, ",\"user\":\"u\""});
    }
    run.For(hours(2));
    CheckDelivered(run, 200);
    // New ones of a known second.
    for (int i = 0; i < 30; ++i) {
      run.tenant.rows.push_back({"", run.second() + seconds(i / 7), std::nullopt, ""});
    }
    run.For(hours(2));
    CheckDelivered(run, 230);
  }
}

TEST_CASE("rows without time are delivered once, as long as they are listed") {
  for (const Order order : kOrders) {
    INFO(static_cast<int>(order));
    VirtualRun run(ListSettings());
    BeList(&run.tenant, order);
    Fill(&run.tenant, run.second() - hours(1), 50, seconds(60));
    run.tenant.rows.push_back({"timeless", run.second() - minutes(1), std::nullopt, "", true});
    run.tenant.rows.push_back({"", run.second() - minutes(1), std::nullopt, ",\"a\":1", true});
    run.For(hours(27));
    CheckDelivered(run, 52);
  }
}

TEST_CASE("what the total says is believed only where it tells that rows are hidden") {
  struct Row {
    std::function<std::size_t(std::size_t, std::size_t)> total;
    bool whole;
  };
  const Row rows[] = {
      {[](std::size_t page, std::size_t) { return page; }, true},
      {[](std::size_t, std::size_t all) { return std::min<std::size_t>(all, 30); }, true},
      {[](std::size_t, std::size_t all) { return all; }, true},
      {[](std::size_t, std::size_t all) { return all + 5; }, false},
  };
  for (const Order order : kOrders) {
    for (const Row& row : rows) {
      VirtualRun run(ListSettings());
      BeList(&run.tenant, order);
      run.tenant.total = row.total;
      Fill(&run.tenant, run.second() - hours(1), 100, seconds(36));
      run.For(minutes(30));
      CheckDelivered(run, 100);
      CHECK(run.snapshot().caught_up == row.whole);
      CHECK(run.snapshot().delivered_until.has_value() == row.whole);
    }
  }
}

TEST_CASE("an order that does not hold is not trusted again") {
  StreamSettings settings = ListSettings();
  settings.pins.order = ListOrder::kNewestFirst;
  VirtualRun run(settings);
  BeList(&run.tenant, Order::kOldest);
  Fill(&run.tenant, run.second() - hours(1), 200, seconds(18));
  Fill(&run.tenant, run.second(), 100, seconds(18), "live");
  run.For(hours(1));
  CheckDelivered(run, 300);
  CHECK(CursorOf(run).list_order.order() == ListOrder::kNeither);
}

TEST_CASE("a tenant that puts one row into a page is served, and never proven") {
  VirtualRun run(ListSettings());
  BeList(&run.tenant, Order::kOldest);
  run.tenant.most_rows = 1;
  Fill(&run.tenant, run.second() - hours(1), 30, seconds(100));
  run.For(minutes(30));
  CheckDelivered(run, 30);
}

TEST_CASE("a long list passes through memory, and its ids are read back") {
  for (const Order order : {Order::kOldest, Order::kNewest}) {
    INFO(static_cast<int>(order));
    StreamSettings settings = ListSettings();
    settings.page_size = 5'000;
    settings.poll_interval = minutes(5);
    VirtualRun run(settings);
    BeList(&run.tenant, order);
    run.tenant.arrange = nullptr;
    run.tenant.newest_first = order == Order::kNewest;
    for (int i = 0; i < 130'000; ++i) {
      const WallSeconds when =
          run.second() - hours(20) + milliseconds(i * 500LL) / seconds(1) * seconds(1);
      run.tenant.rows.push_back({"e" + std::to_string(i), when, std::nullopt, ""});
    }
    run.For(hours(6));
    CheckDelivered(run, 130'000);
    CHECK(run.loads > 0);
    CHECK(run.snapshot().windows.count("moved") == 0);
  }
}

// Lists of every kind, random in all that they do.
struct Chaos {
  Order order;
  bool by_event, ties_move, trims, idless;
};

void RunChaos(std::uint64_t seed, bool crashes) {
  std::mt19937_64 dice(seed);
  const Chaos c{kOrders[seed % 3], dice() % 2 == 0, dice() % 3 == 0, dice() % 2 == 0,
                dice() % 3 == 0};
  StreamSettings settings = ListSettings();
  settings.batch.events = 50;
  settings.start = hours(3);
  settings.poll_interval = minutes(2);
  VirtualRun run(settings, seed);
  run.request_takes = milliseconds(100 + dice() % 3'000);
  BeList(&run.tenant, c.order);
  run.tenant.shows_insertion = !c.by_event;
  run.tenant.states_total = dice() % 2 == 0;
  run.tenant.most_rows = dice() % 2 == 0 ? 13 : 5'000;
  run.tenant.arrange = [&run, &dice, c](auto* rows, WallSeconds now) {
    if (c.ties_move && c.order != Order::kNone) std::shuffle(rows->begin(), rows->end(), dice);
    const WallSeconds kept = now - hours(4);
    if (c.trims) std::erase_if(*rows, [=](const FakeRow* row) { return Time(*row) < kept; });
    Arrange(rows, c.order);
  };
  const WallSeconds begin = run.second();
  std::vector<FakeRow> rows;
  for (int i = 0; i < 300; ++i) {
    const WallSeconds event = begin - hours(5) + seconds(dice() % (7UL * 3'600));
    seconds delay(0);
    if (c.by_event && dice() % 20 == 0) delay = seconds(dice() % 3'000);
    const bool equal = c.idless && dice() % 4 == 0;
    rows.push_back({equal ? "" : "e" + std::to_string(i), event + delay, event, ""});
    if (equal) rows.push_back(rows.back());
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.insertion < b.insertion; });
  run.tenant.rows = rows;
  if (!c.by_event) {
    for (FakeRow& row : run.tenant.rows) row.event.reset();
  }
  if (crashes) run.crash = [&] { return run.restarts < 25 && dice() % 6 == 0; };
  run.For(hours(4));
  std::size_t wanted = 0;
  std::size_t lost = 0;
  for (const FakeRow& row : run.tenant.rows) {
    if (Time(row) < CursorOf(run).first_start) continue;
    ++wanted;
    if (!row.id.empty()) lost += 1 - run.delivered.count(row.id);
  }
  INFO("seed " << seed << " order " << static_cast<int>(c.order) << " by event " << c.by_event
               << " ties " << c.ties_move << " trims " << c.trims << " idless " << c.idless
               << " restarts " << run.restarts << " clamp " << run.tenant.most_rows);
  REQUIRE(lost == 0);
  REQUIRE(run.delivered.size() >= wanted);
  int repeats = 0;
  for (const auto& [id, times] : run.delivered) repeats += times - 1;
  REQUIRE(repeats <= run.restarts * 50);
  REQUIRE(run.Failures() == "");
  REQUIRE(run.snapshot().delivered_until);
  REQUIRE(run.second() - *run.snapshot().delivered_until <= minutes(5));
  REQUIRE(run.second() - CursorOf(run).open <= minutes(15));
}

TEST_CASE("no list loses or repeats a row") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) RunChaos(seed, false);
}

TEST_CASE("no list loses a row to a crash, nor repeats more than a batch") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) RunChaos(seed, true);
}

}  // namespace
}  // namespace nsf::test
