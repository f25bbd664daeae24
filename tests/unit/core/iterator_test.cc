// SPDX-License-Identifier: Apache-2.0
// What an iterator is asked next, and which rows of a page that is shown again are known.
#include <catch2/catch.hpp>

#include "core/iterator/place.h"
#include "core/iterator/shown_rows.h"
#include "core/iterator/target.h"
#include "core/iterator/turn.h"

namespace nsf {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonotonicTime kStart{std::chrono::hours(100)};

// Asks what the turn wants.
IteratorTurn::Ask Ask(IteratorTurn* turn, MonotonicTime now) {
  const auto ask = turn->Wanted(now);
  REQUIRE(ask);
  turn->OnAsked(*ask, now);
  return *ask;
}

// A stream that is past its doubts.
IteratorTurn Certain(MonotonicTime now = kStart) {
  IteratorTurn turn(false, false, now);
  Ask(&turn, now);
  turn.OnPage(true, now);
  turn.OnCommitted();
  return turn;
}

TEST_CASE("an index begins by its epoch, and goes on when its page is committed") {
  IteratorTurn turn(false, false, kStart);
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kEpoch);
  turn.OnPage(true, kStart + seconds(5));
  CHECK_FALSE(turn.Wanted(kStart + seconds(60)));
  turn.OnCommitted();
  const auto ask = turn.Wanted(kStart);
  REQUIRE(ask);
  CHECK(ask->operation == IteratorOperation::kNext);
  CHECK(ask->at == kStart + seconds(5));
}

TEST_CASE("an epoch that came to nothing is asked again") {
  IteratorTurn turn(false, false, kStart);
  for (const bool moved_nothing : {true, false}) {
    CHECK(Ask(&turn, kStart).operation == IteratorOperation::kEpoch);
    turn.OnNoPage(moved_nothing, kStart);
  }
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kEpoch);
}

TEST_CASE("an epoch that another one may follow is looked at when nothing can be at work") {
  for (const bool has_news : {false, true}) {
    IteratorTurn turn(true, false, kStart);
    CHECK(Ask(&turn, kStart).operation == IteratorOperation::kEpoch);
    turn.OnPage(has_news, kStart);
    if (has_news) turn.OnCommitted();
    const auto ask = turn.Wanted(kStart);
    REQUIRE(ask);
    CHECK(ask->operation == IteratorOperation::kResend);
    CHECK(ask->at == kStart + IteratorTurn::kAtWork);
    turn.OnAsked(*ask, ask->at);
    turn.OnPage(false, ask->at);
    CHECK(Ask(&turn, ask->at).operation == IteratorOperation::kNext);
  }
}

TEST_CASE("what was refused is asked again, what is uncertain is looked at") {
  IteratorTurn turn = Certain();
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kNext);
  turn.OnNoPage(true, kStart);
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kNext);
  turn.OnNoPage(false, kStart);
  CHECK_FALSE(turn.is_certain());
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kResend);
  turn.OnNoPage(true, kStart);
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kResend);
  turn.OnPage(true, kStart);
  CHECK_FALSE(turn.Wanted(kStart));
  turn.OnCommitted();
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kNext);
}

TEST_CASE("the page of before is believed when no request can be at work any more") {
  IteratorTurn turn(true, true, kStart);
  CHECK(Ask(&turn, kStart).operation == IteratorOperation::kResend);
  turn.OnPage(false, kStart);
  auto ask = turn.Wanted(kStart);
  REQUIRE(ask);
  CHECK(ask->operation == IteratorOperation::kResend);
  CHECK(ask->at == kStart + IteratorTurn::kAtWork);
  turn.OnAsked(*ask, ask->at);
  turn.OnPage(false, ask->at);
  CHECK(turn.is_certain());
  CHECK(Ask(&turn, ask->at).operation == IteratorOperation::kNext);
}

TEST_CASE("now and then the last page is looked at, and nothing becomes uncertain by it") {
  IteratorTurn turn = Certain();
  CHECK(turn.Wanted(kStart + IteratorTurn::kLooks - seconds(1))->operation ==
        IteratorOperation::kNext);
  const MonotonicTime later = kStart + IteratorTurn::kLooks;
  const auto look = Ask(&turn, later);
  CHECK(look.operation == IteratorOperation::kResend);
  CHECK(look.is_look);
  turn.OnNoPage(false, later);
  CHECK(turn.is_certain());
  CHECK(Ask(&turn, later).is_look);
  turn.OnPage(false, later);
  CHECK(Ask(&turn, later).operation == IteratorOperation::kNext);
}

TEST_CASE("requests say what is meant, and begin a second early") {
  const WallSeconds epoch{seconds(1'760'000'001)};
  const std::string path = "/api/v2/events/dataexport/events/audit";
  CHECK(IteratorTarget(path, "ours", IteratorOperation::kEpoch, epoch) ==
        path + "?index=ours&operation=1760000000");
  CHECK(IteratorTarget(path, "ours", IteratorOperation::kNext, epoch) ==
        path + "?index=ours&operation=next");
  CHECK(IteratorTarget(path, "ours", IteratorOperation::kResend, epoch) ==
        path + "?index=ours&operation=resend");
}

ShownRows::Row Named(const char* id) { return {HashId(id), false}; }
ShownRows::Row Derived(const char* id) { return {HashId(id), true}; }
using Rows = std::vector<ShownRows::Row>;
using Flags = std::vector<bool>;

TEST_CASE("rows of a page that is shown again are known one by one") {
  ShownRows shown;
  CHECK(shown.Take(Rows{Named("a"), Derived("r"), Named("a")}, false, true).known ==
        Flags{false, false, true});
  // In another order, and with more.
  const auto again = shown.Take(Rows{Named("b"), Derived("r"), Named("a")}, true, true);
  CHECK(again.is_same_page);
  CHECK(again.known == Flags{false, true, true});
}

TEST_CASE("another page is not taken for the one before, whatever its rows look like") {
  ShownRows shown;
  shown.Take(Rows{Named("a"), Derived("r")}, false, true);
  const auto next = shown.Take(Rows{Named("b"), Derived("r")}, true, true);
  CHECK_FALSE(next.is_same_page);
  CHECK(next.known == Flags{false, false});
  // What `next` shows is new, though the tenant lists it twice.
  CHECK(shown.Take(Rows{Named("b")}, false, true).known == Flags{false});
  // An empty page does not make the one before forgotten.
  CHECK(shown.Take({}, true, true).known.empty());
  CHECK(shown.Take(Rows{Named("b")}, true, true).known == Flags{true});
}

TEST_CASE("a page of rows without ids is the same with all of them and the same mark alone") {
  const auto after = [](const Rows& rows, bool same_mark) {
    ShownRows shown;
    shown.Take(Rows{Derived("r"), Derived("s")}, false, true);
    return shown.Take(rows, true, same_mark).is_same_page;
  };
  CHECK(after(Rows{Derived("s"), Derived("r"), Derived("t")}, true));
  CHECK_FALSE(after(Rows{Derived("s"), Derived("r")}, false));
  CHECK_FALSE(after(Rows{Derived("s"), Derived("t")}, true));
  // Of a page that was taken in part, only those.
  CHECK(after(Rows{Derived("r"), Derived("s"), Named("a")}, true));
  CHECK_FALSE(after(Rows{Derived("r"), Derived("s"), Named("a")}, false));
}

TEST_CASE("a place is text, and damage is told from another version") {
  IteratorPlace place = FirstPlace("", 0xABC, WallSeconds(seconds(1'760'000'000)));
  place.begun = true;
  place.mark = 1'760'000'100;
  place.delivered_until = WallSeconds(seconds(1'760'000'050));
  place.first_chunk = 3;
  place.next_chunk = 5;
  const std::string text = EncodeIteratorPlace(place);
  CHECK(text ==
        "iterator/1 named=0 index=2748 begin=1760000000 begun=1 mark=1760000100 "
        "delivered_until=1760000050 first_chunk=3 next_chunk=5");
  CHECK(DecodeIteratorPlace(text).value() == place);
  const IteratorPlace fresh = FirstPlace("ours", 7, WallSeconds{});
  CHECK(DecodeIteratorPlace(EncodeIteratorPlace(fresh)).value() == fresh);
  for (const char* broken :
       {"", "iterator/1", "iterator/2 named=0",
        "iterator/1 named=2 index=1 begin=0 begun=1 mark=-1 delivered_until=-1 first_chunk=0 "
        "next_chunk=0",
        "iterator/1 named=0 index=1 begin=0 begun=1 mark=-1 delivered_until=-1 first_chunk=2 "
        "next_chunk=1",
        "iterator/1 named=0 index=1 begin=0 begun=1 mark=-2 delivered_until=-1 first_chunk=0 "
        "next_chunk=0",
        "iterator/1 named=0 index=281474976710656 begin=0 begun=1 mark=-1 delivered_until=-1 "
        "first_chunk=0 next_chunk=0"}) {
    INFO(broken);
    CHECK_FALSE(DecodeIteratorPlace(broken));
  }
}

TEST_CASE("an index has the name that is configured, or one of its own") {
  const IteratorPlace drawn = FirstPlace("", 0xABC, WallSeconds{});
  CHECK(IndexName(drawn, "") == "netskope-forwarder-000000000abc");
  CHECK_FALSE(HasAnotherIndex(drawn, ""));
  CHECK(HasAnotherIndex(drawn, "ours"));
  const IteratorPlace named = FirstPlace("ours", 0xABC, WallSeconds{});
  CHECK(IndexName(named, "ours") == "ours");
  CHECK_FALSE(HasAnotherIndex(named, "ours"));
  CHECK(HasAnotherIndex(named, "theirs"));
  CHECK(HasAnotherIndex(named, ""));
}

}  // namespace
}  // namespace nsf
