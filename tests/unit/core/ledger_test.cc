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
  CHECK(ledger.Observe(Second(10), HashId("a"), 1) == Seen::kNew);
  CHECK(ledger.Observe(Second(10), HashId("a"), 1) == Seen::kKnown);
  CHECK(ledger.Observe(Second(11), HashId("a"), 2) == Seen::kChanged);
  CHECK(ledger.Observe(Second(11), HashId("a"), 2) == Seen::kKnown);
  CHECK(ledger.Observe(Second(10), HashId("b"), 1) == Seen::kNew);
}

TEST_CASE("what was stored is known after a restart") {
  Ledger before;
  before.Observe(Second(10), HashId("a"), 1);
  before.Observe(Second(-3), HashId("b"), UINT64_MAX);
  const std::string chunk = EncodeChunk(before.TakeAdded(7));
  CHECK(before.TakeAdded(8).empty());

  const auto entries = DecodeChunk(chunk);
  REQUIRE(entries);
  Ledger after;
  after.Load(7, *entries);
  CHECK(after.Observe(Second(10), HashId("a"), 1) == Seen::kKnown);
  CHECK(after.Observe(Second(-3), HashId("b"), UINT64_MAX) == Seen::kKnown);
  CHECK(after.Observe(Second(10), HashId("c"), 1) == Seen::kNew);
}

TEST_CASE("old seconds are forgotten, with the chunks that held only them") {
  Ledger ledger;
  ledger.Observe(Second(10), HashId("a"), 1);
  ledger.TakeAdded(0);
  ledger.Observe(Second(10), HashId("b"), 1);
  ledger.Observe(Second(20), HashId("c"), 1);
  ledger.TakeAdded(1);
  ledger.Observe(Second(10), HashId("d"), 1);  // not stored yet

  CHECK(ledger.Forget(Second(15)) == std::vector<std::uint64_t>{0});
  CHECK(ledger.size() == 1);
  CHECK(ledger.TakeAdded(2).empty());  // what is forgotten need not be stored
  CHECK(ledger.Observe(Second(20), HashId("c"), 1) == Seen::kKnown);
  CHECK(ledger.Forget(Second(21)) == std::vector<std::uint64_t>{1});
  CHECK(ledger.Forget(Second(21)).empty());
}

TEST_CASE("a damaged chunk is refused") {
  Ledger ledger;
  ledger.Observe(Second(10), HashId("a"), 1);
  const std::string chunk = EncodeChunk(ledger.TakeAdded(0));
  CHECK_FALSE(DecodeChunk(""));
  CHECK_FALSE(DecodeChunk(chunk.substr(0, chunk.size() - 1)));
  CHECK_FALSE(DecodeChunk("\x02" + chunk.substr(1)));
  CHECK(DecodeChunk(chunk.substr(0, 1))->empty());
}

TEST_CASE("equal rows without id are different events, and the same ones next time") {
  DerivedIds page;
  const std::string first = page.Next("{}");
  const std::string second = page.Next("{}");
  CHECK(first != second);
  CHECK(first == "sha256-44136fa355b3678a1146ad16f7e8649e-0");
  CHECK(page.Next("{ }") != first);
  DerivedIds again;
  CHECK(again.Next("{}") == first);
  CHECK(again.Next("{}") == second);
}

}  // namespace
}  // namespace nsf
