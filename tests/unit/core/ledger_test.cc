// SPDX-License-Identifier: Apache-2.0
// Who an event is, and what was delivered before.
#include "core/ledger/ledger.h"

#include <catch2/catch.hpp>

#include "core/ledger/event_id.h"

namespace nsf {
namespace {

WallSeconds Second(std::int64_t s) { return WallSeconds(std::chrono::seconds(s)); }

TEST_CASE("an event is new once") {
  Ledger ledger;
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 1}, 1).seen == Seen::kNew);
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 1}, 2).seen == Seen::kKnown);
  CHECK(ledger.Observe({Second(11), true, HashId("a"), 2}, 3).seen == Seen::kChanged);
  CHECK(ledger.Observe({Second(11), true, HashId("a"), 2}, 4).seen == Seen::kKnown);
  CHECK(ledger.Observe({Second(10), true, HashId("b"), 1}, 5).seen == Seen::kNew);
}

TEST_CASE("the ledger tells on which page an event was seen before") {
  Ledger ledger;
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 1}, 3).last_page == 0);
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 1}, 3).last_page == 3);
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 1}, 7).last_page == 3);
}

TEST_CASE("every second has a bucket") {
  CHECK(BucketOf(Second(0)) == 0);
  CHECK(BucketOf(Second(899)) == 0);
  CHECK(BucketOf(Second(900)) == 1);
  CHECK(BucketOf(Second(-1)) == -1);
  CHECK(BucketOf(Second(-900)) == -1);
  CHECK(BucketOf(Second(-901)) == -2);
  CHECK(BucketOf(WallSeconds::min()) < BucketOf(Second(0)));
  CHECK(BucketOf(WallSeconds::max()) > BucketOf(Second(0)));
}

TEST_CASE("what a walk has passed leaves memory, and only that") {
  Ledger ledger;
  for (const int second : {100, 1'000, 2'000, 3'000}) {
    ledger.Observe({Second(second), true, HashId(std::to_string(second)), 1}, 1);
  }
  ledger.TakeAdded(1);
  ledger.Observe({Second(150), true, HashId("not stored yet"), 1}, 1);
  ledger.DropOutside(Second(1'000), Second(2'500));
  CHECK(ledger.size() == 3);
  CHECK(ledger.Missing(WallSeconds::min(), WallSeconds::max()) == std::vector<BucketNumber>{0, 3});
  CHECK(ledger.Missing(Second(1'000), Second(2'500)).empty());
  CHECK(ledger.Observe({Second(150), true, HashId("not stored yet"), 1}, 2).seen == Seen::kKnown);
}

TEST_CASE("what was stored is known after a restart, once it is read back") {
  Ledger before;
  before.Observe({Second(10), true, HashId("a"), 1}, 1);
  before.Observe({Second(-3), true, HashId("b"), UINT64_MAX}, 1);
  before.Observe({Second(2'000), true, HashId("c"), 1}, 1);
  const auto chunks = before.TakeAdded(7);
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[0].id == ChunkId{-1, 7});
  CHECK(chunks[1].id == ChunkId{0, 7});
  CHECK(chunks[2].id == ChunkId{2, 7});
  CHECK(before.TakeAdded(8).empty());
  CHECK(before.Missing(Second(-10'000), Second(10'000)).empty());

  Ledger after;
  for (const LedgerChunk& chunk : chunks) after.NoteStored(chunk.id);
  CHECK(after.Missing(Second(0), Second(899)) == std::vector<BucketNumber>{0});
  CHECK(after.Missing(Second(-1), Second(1'799)) == std::vector<BucketNumber>{-1, 0});
  for (const LedgerChunk& chunk : chunks) {
    after.Load({{chunk.id, DecodeChunk(EncodeChunk(chunk.entries)).value()}});
  }
  CHECK(after.Missing(Second(-10'000), Second(10'000)).empty());
  CHECK(after.Observe({Second(10), true, HashId("a"), 1}, 1).seen == Seen::kKnown);
  CHECK(after.Observe({Second(-3), true, HashId("b"), UINT64_MAX}, 1).seen == Seen::kKnown);
  CHECK(after.Observe({Second(10), true, HashId("d"), 1}, 1).seen == Seen::kNew);
}

TEST_CASE("of an event's entries the latest is right") {
  Ledger ledger;
  ledger.NoteStored({0, 1});
  ledger.Observe({Second(10), true, HashId("a"), 3}, 1);  // not read back yet
  ledger.Load({{{0, 1},
                {{Second(10), true, HashId("a"), 1},
                 {Second(11), true, HashId("a"), 2},
                 {Second(12), true, HashId("b"), 1},
                 {Second(12), true, HashId("b"), 2}}}});
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 3}, 1).seen == Seen::kKnown);
  CHECK(ledger.Observe({Second(12), true, HashId("b"), 2}, 1).seen == Seen::kKnown);
}

TEST_CASE("an event is kept under the seconds of each walk that showed it") {
  Ledger ledger;
  ledger.Observe({Second(2'000), true, HashId("a"), 1}, 1);
  ledger.TakeAdded(0);
  // Another bucket asked for it: a restart that reads only that one must know it.
  CHECK(ledger.Observe({Second(10), true, HashId("a"), 1}, 2).seen == Seen::kKnown);
  const auto chunks = ledger.TakeAdded(1);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].id == ChunkId{0, 1});
  // Inside one bucket it need not be stored again.
  ledger.Observe({Second(11), true, HashId("a"), 1}, 3);
  CHECK(ledger.TakeAdded(2).empty());
}

TEST_CASE("what no walk looks at leaves memory, but not before it is stored") {
  Ledger ledger;
  ledger.Observe({Second(10), true, HashId("a"), 1}, 1);
  ledger.Observe({Second(2'000), true, HashId("b"), 1}, 1);
  ledger.TakeAdded(0);
  ledger.Observe({Second(11), true, HashId("c"), 1}, 1);
  ledger.DropBefore(Second(1'900));
  CHECK(ledger.size() == 2);  // b, and c which the store does not hold
  CHECK(ledger.Missing(Second(0), Second(1'799)) == std::vector<BucketNumber>{0});
  CHECK(ledger.Missing(Second(0), Second(3'000)) == std::vector<BucketNumber>{0, 2});
  CHECK(ledger.Missing(Second(1'900), Second(3'000)).empty());
  CHECK(ledger.Observe({Second(11), true, HashId("c"), 1}, 2).seen == Seen::kKnown);
  CHECK(ledger.TakeAdded(1).size() == 1);
}

TEST_CASE("what cannot leave memory yet drops nothing with it") {
  Ledger ledger;
  ledger.Observe({Second(10), true, HashId("a"), 1}, 1);
  ledger.TakeAdded(1);
  ledger.Observe({Second(1'000), true, HashId("a"), 1}, 2);
  ledger.Observe({Second(2'000), true, HashId("b"), 1}, 2);  // neither is stored yet
  // Else whoever needs the first bucket would read it again and again.
  ledger.DropOutside(Second(0), Second(899));
  CHECK(ledger.Missing(Second(0), Second(899)).empty());
  CHECK(ledger.size() == 2);
}

TEST_CASE("an event of two buckets is known as long as one of them is") {
  Ledger ledger;
  ledger.Observe({Second(1'000), true, HashId("a"), 1}, 1);
  const auto first = ledger.TakeAdded(1);
  ledger.Observe({Second(100), true, HashId("a"), 1}, 2);
  ledger.TakeAdded(2);
  SECTION("when the other is forgotten") {
    CHECK(ledger.Forget(Second(900)) == std::vector<ChunkId>{{0, 2}});
  }
  SECTION("when the other leaves memory") { ledger.DropBefore(Second(900)); }
  CHECK(ledger.Missing(Second(1'000), Second(1'000)) == std::vector<BucketNumber>{1});
  ledger.Load(first);
  CHECK(ledger.Missing(Second(1'000), Second(1'000)).empty());
  CHECK(ledger.Observe({Second(1'000), true, HashId("a"), 1}, 3).seen == Seen::kKnown);
  // Nothing is dropped: nothing is read back.
  ledger.DropBefore(Second(900));
  CHECK(ledger.Missing(Second(1'000), Second(1'000)).empty());
}

TEST_CASE("old buckets are forgotten, with their chunks") {
  Ledger ledger;
  ledger.Observe({Second(10), true, HashId("a"), 1}, 1);
  ledger.TakeAdded(0);
  ledger.Observe({Second(10), true, HashId("b"), 1}, 1);
  ledger.Observe({Second(1'000), true, HashId("c"), 1}, 1);
  ledger.TakeAdded(1);
  ledger.Observe({Second(10), true, HashId("d"), 1}, 1);  // not stored yet

  CHECK(ledger.Forget(Second(899)).empty());
  CHECK(ledger.Forget(Second(900)) == std::vector<ChunkId>{{0, 0}, {0, 1}});
  CHECK(ledger.size() == 1);
  CHECK(ledger.TakeAdded(2).empty());  // what is forgotten need not be stored
  CHECK(ledger.Observe({Second(1'000), true, HashId("c"), 1}, 1).seen == Seen::kKnown);
  CHECK(ledger.Forget(Second(1'800)) == std::vector<ChunkId>{{1, 1}});
  CHECK(ledger.Forget(Second(1'800)).empty());
}

TEST_CASE("a damaged chunk is refused") {
  const std::string chunk = EncodeChunk({{Second(10), true, HashId("a"), 1}});
  CHECK_FALSE(DecodeChunk(""));
  CHECK_FALSE(DecodeChunk(chunk.substr(0, chunk.size() - 1)));
  CHECK_FALSE(DecodeChunk("\x02" + chunk.substr(1)));
  CHECK(DecodeChunk(chunk.substr(0, 1))->empty());
}

TEST_CASE("equal rows without id are different events, and the same ones next time") {
  DerivedIds page;
  CHECK(page.Peek("{}") == page.Peek("{}"));
  const std::string peeked = page.Peek("{}");
  const std::string first = page.Next("{}");
  CHECK(first == peeked);
  const std::string next = page.Peek("{}");
  const std::string second = page.Next("{}");
  CHECK(second == next);
  CHECK(first != second);
  CHECK(first == "sha256-44136fa355b3678a1146ad16f7e8649e-0");
  CHECK(page.Next("{ }") != first);
  DerivedIds again;
  CHECK(again.Next("{}") == first);
  CHECK(again.Next("{}") == second);
}

TEST_CASE("of an event in two buckets the later chunk is right, however buckets are read back") {
  for (const bool later_first : {false, true}) {
    Ledger ledger;
    std::vector<LedgerChunk> chunks{{{0, 1}, {{Second(10), true, HashId("a"), 1}}},
                                    {{1, 2}, {{Second(1'000), true, HashId("a"), 2}}}};
    if (later_first) std::swap(chunks[0], chunks[1]);
    ledger.Load(chunks);
    CHECK(ledger.Observe({Second(1'000), true, HashId("a"), 2}, 1).seen == Seen::kKnown);
  }
}

TEST_CASE("ids of rows without a time of their own are found wherever they stand") {
  Ledger ledger;
  ledger.Observe({Second(10), false, HashId("a"), 1}, 1);
  ledger.Observe({Second(10), true, HashId("b"), 1}, 1);
  const auto chunks = ledger.TakeAdded(7);
  REQUIRE(chunks.size() == 2);
  CHECK(chunks[0].id == ChunkId{0, 7});
  CHECK(chunks[1].id == ChunkId{kNoOwnTime, 7});
  CHECK_FALSE(ledger.has_traces());
  ledger.DropBefore(Second(10'000));
  CHECK(ledger.size() == 0);
  CHECK(ledger.has_traces());
  // A walk elsewhere reads it when a row asks for it, and no row but that.
  CHECK(ledger.Missing(Second(9'000), Second(10'000)).empty());
  CHECK(ledger.Missing(HashId("c")).empty());
  REQUIRE(ledger.Missing(HashId("a")) == std::vector{kNoOwnTime});
  ledger.Load({chunks[1]});
  CHECK(ledger.Missing(HashId("a")).empty());
  CHECK(ledger.Observe({Second(9'999), false, HashId("a"), 1}, 2).seen == Seen::kKnown);
  CHECK(ledger.Missing(Second(0), Second(10)) == std::vector<BucketNumber>{0});
  CHECK(ledger.TakeAdded(8).size() == 1);  // remembered as long as it is listed
}

TEST_CASE("of an id without a time of its own the latest entry is right, whatever is read back") {
  Ledger ledger;
  ledger.Observe({Second(10), false, HashId("a"), 1}, 1);
  const auto old = ledger.TakeAdded(1);
  ledger.DropBefore(Second(900));
  ledger.Load(old);
  CHECK(ledger.Observe({Second(9'000), false, HashId("a"), 2}, 2).seen == Seen::kChanged);
  const auto later = ledger.TakeAdded(2);
  ledger.DropBefore(Second(90'000));
  // A walk of its old seconds: what it reads is not all that is known.
  ledger.Load(old);
  CHECK(ledger.Missing(HashId("a")) == std::vector{kNoOwnTime + 10});
  ledger.Load(later);
  CHECK(ledger.Missing(HashId("a")).empty());
  CHECK(ledger.Observe({Second(10), false, HashId("a"), 2}, 3).seen == Seen::kKnown);
  // Where it was remembered before it is known of still.
  ledger.TakeAdded(3);
  ledger.DropBefore(Second(90'000));
  CHECK(ledger.Missing(HashId("a")) == std::vector{kNoOwnTime, kNoOwnTime + 10});
}

TEST_CASE("a row that shows its time at last is the one that did not") {
  Ledger ledger;
  ledger.Observe({Second(10), false, HashId("a"), 1}, 1);
  const auto without = ledger.TakeAdded(1);
  CHECK(ledger.Observe({Second(5'000), true, HashId("a"), 2}, 2).seen == Seen::kChanged);
  ledger.TakeAdded(2);
  ledger.DropBefore(Second(90'000));
  REQUIRE(ledger.Missing(HashId("a")) == std::vector{kNoOwnTime});
  ledger.Load(without);
  CHECK(ledger.Observe({Second(10), false, HashId("a"), 1}, 3).seen == Seen::kKnown);
}

TEST_CASE("ids of rows without a time of their own do not gather in memory") {
  Ledger ledger;
  constexpr int kIds = 200'000;
  for (int i = 0; i < kIds; ++i) {
    ledger.Observe({Second(i), false, HashId(std::to_string(i)), 1}, 1);
    if (i % 1'000 > 0) continue;
    ledger.TakeAdded(static_cast<std::uint64_t>(i));
    ledger.DropBefore(Second(i));
    REQUIRE(ledger.size() <= 1);
  }
}

TEST_CASE("ids of rows without a time of their own are read after a restart, and forgotten") {
  Ledger before;
  before.Observe({Second(10), false, HashId("a"), 1}, 1);
  const auto chunks = before.TakeAdded(7);
  Ledger after;
  after.NoteStored({kNoOwnTime, 7});
  after.NoteStored({kNoOwnTime, 8});
  after.NoteStored({0, 7});
  // They may stand in any window.
  CHECK(after.Missing(Second(50'000), Second(50'010)) == std::vector{kNoOwnTime});
  after.Load(chunks);
  CHECK(after.Missing(Second(50'000), Second(50'010)).empty());
  CHECK(after.Observe({Second(50'000), false, HashId("a"), 1}, 1).seen == Seen::kKnown);
  const std::vector<ChunkId> forgotten{{0, 7}, {kNoOwnTime, 7}, {kNoOwnTime, 8}};
  CHECK(after.Forget(Second(900)) == forgotten);
  CHECK(after.Observe({Second(50'000), false, HashId("a"), 1}, 1).seen == Seen::kKnown);
}

}  // namespace
}  // namespace nsf
