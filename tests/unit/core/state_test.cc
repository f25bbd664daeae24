// SPDX-License-Identifier: Apache-2.0
// State values as bytes, and their keys.
#include <catch2/catch.hpp>

#include "core/state/cursor.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

WallSeconds Second(std::int64_t s) { return WallSeconds(std::chrono::seconds(s)); }

TEST_CASE("a cursor survives its text") {
  Cursor cursor;
  cursor.first_start = Second(1'700'000'000);
  cursor.open = Second(1'700'000'300);
  cursor.closing_end = Second(1'700'000'600);
  cursor.skip = 12'345;
  cursor.span = std::chrono::seconds(300);
  cursor.next_chunk = 9;
  CHECK(EncodeCursor(cursor) ==
        "cursor/1 first_start=1700000000 open=1700000300 closing_end=1700000600 skip=12345 "
        "span=300 delivered_until=-1 next_chunk=9 most_rows=50000 list_ascends=0 list_descends=0 "
        "list_anchor=0");
  CHECK(DecodeCursor(EncodeCursor(cursor)).value() == cursor);
  cursor.delivered_until = Second(1'700'000'400);
  CHECK(DecodeCursor(EncodeCursor(cursor)).value() == cursor);
  CHECK(cursor.closing());
  cursor.list_order = {false, true};
  cursor.list_anchor = 77;
  CHECK(DecodeCursor(EncodeCursor(cursor)).value() == cursor);
}

TEST_CASE("a cursor that cannot be trusted is refused, with the next step") {
  const std::string good =
      "cursor/1 first_start=1 open=5 closing_end=5 skip=0 span=300 delivered_until=-1 "
      "next_chunk=0 most_rows=1 list_ascends=0 list_descends=0 list_anchor=0";
  REQUIRE(DecodeCursor(good));
  const auto with = [&good](std::string_view before, std::string_view after) {
    std::string text = good;
    return text.replace(text.find(before), before.size(), after);
  };
  const std::string bad[] = {
      "",
      "cursor/1",
      good + " more=1",
      good.substr(0, good.size() - 1),
      with("list_ascends=0", "list_ascends=2"),
      with("list_descends=0", "list_descends=-1"),
      with("list_anchor=0", "list_anchor=-1"),
      with("closing_end=5", "closing_end=4"),
      with("skip=0", "skip=-1"),
      with("span=300", "span=0"),
      with("most_rows=1", "most_rows=0"),
      with("first_start=1", "first_start=99999999999999999999"),
      // Damage that still reads as numbers.
      with("first_start=1", "first_start=01"),
      with("skip=0", "skip=-0"),
      with("closing_end=5", "closing_end=253402300800"),
      with("span=300", "span=9223372036854775807"),
  };
  for (const std::string& text : bad) {
    INFO(text);
    const auto cursor = DecodeCursor(text);
    REQUIRE_FALSE(cursor);
    CHECK(cursor.error().kind == ErrorKind::kStop);
    CHECK_THAT(cursor.error().message, Catch::Contains("backup"));
  }
  CHECK_THAT(DecodeCursor("cursor/2 anything").error().message, Catch::Contains("newer version"));
}

TEST_CASE("keys sort by time and number, and belong to one stream") {
  CHECK(ChunkKey("acme", "audit", {2, 26}) ==
        "stream/acme/audit/ids/8000000000000002/000000000000001a");
  CHECK(ChunkKey("acme", "audit", {1, 9}) < ChunkKey("acme", "audit", {1, 10}));
  CHECK(ChunkKey("acme", "audit", {-1, 9}) < ChunkKey("acme", "audit", {1, 0}));
  CHECK(WindowKey("acme", "audit", Second(-1)) < WindowKey("acme", "audit", Second(1)));
  for (const ChunkId chunk : {ChunkId{0, 0}, ChunkId{-7, UINT64_MAX}, ChunkId{1'234, 5}}) {
    const std::string key = ChunkKey("acme", "audit", chunk);
    CHECK(key.starts_with(BucketPrefix("acme", "audit", chunk.bucket)));
    CHECK(ChunkOfKey("acme", "audit", key) == chunk);
    CHECK_FALSE(ChunkOfKey("acme", "alert", key));
    CHECK_FALSE(ChunkOfKey("acme", "audit", key.substr(0, key.size() - 1)));
  }
  CHECK_FALSE(ChunkOfKey("acme", "audit", CursorKey("acme", "audit")));
  CHECK_FALSE(ChunkOfKey("acme", "audit", BucketPrefix("acme", "audit", 1) + "00000000000000AB"));
}

}  // namespace
}  // namespace nsf
