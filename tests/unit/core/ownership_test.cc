// SPDX-License-Identifier: Apache-2.0
// Where tenants are placed, and what is done with a slot.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/ownership/placement.h"
#include "core/ownership/slot_step.h"
#include "core/ownership/stream_step.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

using namespace std::chrono_literals;

constexpr auto kSession = 10s;
const MonotonicTime kNow{1000s};

std::set<std::string> Tenants(int count) {
  std::set<std::string> tenants;
  for (int i = 0; i < count; ++i) tenants.insert("t" + std::to_string(i));
  return tenants;
}

struct Row {
  const char* name;
  SlotLife life;
  std::optional<SlotGrant> grant;
  bool wanted;
  bool busy;
  SlotAct act;
  bool may_run;
};

// How many of so many tenants each instance has. `owners`: a letter for the owner of each slot.
std::vector<int> Shares(const std::string& owners, int tenants) {
  std::map<char, int> counts;
  for (const char owner : owners) counts[owner] = 0;
  const auto slots = static_cast<std::int32_t>(owners.size());
  for (const auto& [tenant, slot] : PlaceTenants(Tenants(tenants), {}, slots)) {
    ++counts[owners.at(static_cast<std::size_t>(slot))];
  }
  std::vector<int> shares;
  for (const auto& [owner, count] : counts) shares.push_back(count);
  std::sort(shares.begin(), shares.end());
  return shares;
}

}  // namespace

TEST_CASE("every slot has its turn") {
  for (std::int32_t slots = 1; slots < 200; ++slots) {
    const auto turn = SlotsInTurn(slots);
    CHECK(std::set<std::int32_t>(turn.begin(), turn.end()).size() ==
          static_cast<std::size_t>(slots));
    CHECK(*std::max_element(turn.begin(), turn.end()) == slots - 1);
  }
}

// As librdkafka's cooperative-sticky gave 16 partitions to members A to D.
TEST_CASE("also a few tenants are spread over the instances") {
  for (const char* owners : {
           "BBBBBBBBAAAAAAAA",                                          // one after the other
           "CCCBBBBBCCAAAAAA", "DCCDBBBBCCDDAAAA",                      //
           "DCCDADCACCDDAAAA", "DDADADDAADDDAAAA",                      // and then B killed, and C
           "BBBBBDDAADDDAAAA", "CBBBBCDCCDDDAAAA",                      // and back
           "ABABABABABABABAB", "ABCABCABCABCABCA", "ABCDABCDABCDABCD",  // all at once
       }) {
    for (int tenants = 1; tenants <= 16; ++tenants) {
      INFO(owners << ", " << tenants << " tenants");
      const auto shares = Shares(owners, tenants);
      const int even =
          (tenants + static_cast<int>(shares.size()) - 1) / static_cast<int>(shares.size());
      CHECK(shares.back() <= even + 2);
    }
    const auto shares = Shares(owners, 100);
    const double mean = 100.0 / static_cast<double>(shares.size());
    INFO(owners);
    CHECK(shares.front() >= 0.75 * mean);
    CHECK(shares.back() <= 1.25 * mean);
  }
}

TEST_CASE("tenants go to the slot with the fewest, and stay there") {
  const Placements first = PlaceTenants(Tenants(100), {}, 16);
  std::vector<int> counts(16);
  for (const auto& [tenant, slot] : first) ++counts.at(static_cast<std::size_t>(slot));
  CHECK(*std::min_element(counts.begin(), counts.end()) == 6);
  CHECK(*std::max_element(counts.begin(), counts.end()) == 7);
  CHECK(PlaceTenants(Tenants(100), first, 16).empty());

  CHECK(PlaceTenants({"a", "b"}, {{"old", 0}}, 2) == Placements{{"a", 1}, {"b", 0}});
  // There are more slots than before, or fewer.
  CHECK(PlaceTenants({"a"}, {{"x", 0}, {"y", 1}}, 3) == Placements{{"a", 2}});
  CHECK(PlaceTenants({"a"}, {{"x", 0}, {"y", 7}}, 2) == Placements{{"a", 1}});
}

TEST_CASE("a placement is read as it was written, or not at all") {
  CHECK(DecodePlacement(EncodePlacement(7)).value() == 7);
  CHECK(PlacementKey("acme") == "placement/acme");
  for (const char* damaged :
       {"", "placement/1", "placement/1 slot=-1", "placement/1 slot=4294967296",
        "placement/2 slot=1", "cursor/1 slot=1"}) {
    INFO(damaged);
    const auto slot = DecodePlacement(damaged);
    REQUIRE_FALSE(slot);
    CHECK(slot.error().kind == ErrorKind::kStop);
  }
}

TEST_CASE("the tenant of a key") {
  CHECK(TenantOfKey(CursorKey("acme", "audit")) == "acme");
  CHECK(TenantOfKey(StreamPrefix("a.b-c", "audit")) == "a.b-c");
  CHECK(TenantOfKey(IdentityPrefix("a.b-c")) == "a.b-c");
  CHECK(TenantOfKey(IdentityPrefix("acme") + "head") == "acme");
  for (const char* other :
       {"", "stream/", "stream/acme", "identity/", "identity/acme", "job/acme/1", "slot/commit"}) {
    CHECK(TenantOfKey(other).empty());
  }
}

TEST_CASE("what is done with a slot") {
  const SlotGrant held{1, false};
  const SlotGrant asked{1, true};
  const std::vector<Row> rows{
      {"not ours", SlotLife::kClosed, {}, true, false, SlotAct::kNone, false},
      {"given", SlotLife::kClosed, held, true, false, SlotAct::kOpen, false},
      {"given, with no tenant of ours", SlotLife::kClosed, held, false, false, SlotAct::kNone,
       false},
      {"given, and its streams rest not yet", SlotLife::kClosed, held, true, true, SlotAct::kNone,
       false},
      {"asked back, and closed", SlotLife::kClosed, asked, true, false, SlotAct::kGiveBack, false},
      {"open", SlotLife::kOpen, held, true, true, SlotAct::kNone, true},
      {"its tenants are gone", SlotLife::kOpen, held, false, false, SlotAct::kClose, false},
      {"its tenants are going", SlotLife::kOpen, held, false, true, SlotAct::kNone, true},
      {"asked back, at work", SlotLife::kOpen, asked, true, true, SlotAct::kNone, false},
      {"asked back, at rest", SlotLife::kOpen, asked, true, false, SlotAct::kClose, false},
      {"lost, at work", SlotLife::kOpen, {}, true, true, SlotAct::kClose, false},
      {"shut out", SlotLife::kShutOut, held, true, true, SlotAct::kClose, false},
      {"closing", SlotLife::kClosing, asked, true, false, SlotAct::kNone, false},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    SlotFacts facts;
    facts.life = row.life;
    facts.grant = row.grant;
    facts.wanted = row.wanted;
    facts.busy = row.busy;
    facts.asked_back_since = kNow;
    const SlotStep step = DecideSlot(facts, kSession, kNow);
    CHECK(step.act == row.act);
    CHECK(step.may_run == row.may_run);
  }
}

TEST_CASE("what does not come to rest is cut off") {
  SlotFacts facts{SlotLife::kOpen, SlotGrant{1, true}, true, true, kNow, std::nullopt};
  CHECK(DecideSlot(facts, kSession, kNow).look_again == kNow + kRestPatience);
  CHECK(DecideSlot(facts, kSession, kNow + kRestPatience - 1ms).act == SlotAct::kNone);
  CHECK(DecideSlot(facts, kSession, kNow + kRestPatience).act == SlotAct::kClose);
}

TEST_CASE("who was shut out waits for the group's word") {
  SlotFacts facts;
  facts.wanted = true;
  facts.grant = SlotGrant{3, false};
  facts.shut_out = ShutOut{3, kNow, 1};
  SECTION("the same grant is confirmed by a session without a word") {
    CHECK(DecideSlot(facts, kSession, kNow).act == SlotAct::kNone);
    CHECK(DecideSlot(facts, kSession, kNow).look_again == kNow + kSession);
    CHECK(DecideSlot(facts, kSession, kNow + kSession - 1ms).act == SlotAct::kNone);
    CHECK(DecideSlot(facts, kSession, kNow + kSession).act == SlotAct::kOpen);
  }
  SECTION("a new grant is its word") {
    facts.grant = SlotGrant{4, false};
    CHECK(DecideSlot(facts, kSession, kNow).act == SlotAct::kOpen);
  }
  SECTION("again and again under one grant: somebody is no member of the group") {
    facts.shut_out->in_a_row = 3;
    CHECK(DecideSlot(facts, kSession, kNow + 4 * kSession - 1ms).act == SlotAct::kNone);
    CHECK(DecideSlot(facts, kSession, kNow + 4 * kSession).act == SlotAct::kOpen);
    facts.shut_out->in_a_row = 1'000'000;
    CHECK(DecideSlot(facts, kSession, kNow).look_again == kNow + 10min);
  }
}

TEST_CASE("of a stream there is one at most, and it ends at rest") {
  struct Case {
    const char* name;
    StreamFacts facts;
    StreamAct act;
  };
  // here, there is one, resting, rests
  const Case cases[] = {
      {"not ours", {false, false, false, false}, StreamAct::kNone},
      {"ours", {true, false, false, false}, StreamAct::kBegin},
      {"at work", {true, true, false, false}, StreamAct::kNone},
      {"not ours any more", {false, true, false, false}, StreamAct::kRest},
      {"a batch is on its way", {false, true, true, false}, StreamAct::kNone},
      {"at rest", {false, true, true, true}, StreamAct::kRemove},
      // It was told to end: another one begins.
      {"ours again, too early", {true, true, true, false}, StreamAct::kNone},
      {"ours again, at rest", {true, true, true, true}, StreamAct::kRemove},
  };
  for (const Case& row : cases) {
    INFO(row.name);
    CHECK(DecideStream(row.facts) == row.act);
  }
}

}  // namespace nsf
