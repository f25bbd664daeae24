// SPDX-License-Identifier: Apache-2.0
// The table of ids against a map of the standard library.
#include "core/ledger/id_table.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace nsf {
namespace {

WallSeconds Second(std::int64_t s) { return WallSeconds(std::chrono::seconds(s)); }

KnownId Entry(const IdHash& id, std::int64_t second, std::uint64_t content = 0) {
  return {id, Second(second), content, 1, true};
}

std::map<IdHash, std::uint64_t> ContentOf(const IdTable& table) {
  std::map<IdHash, std::uint64_t> content;
  const auto visited = table.CountIf([&content](const KnownId& entry) {
    content[entry.id] = entry.content;
    return true;
  });
  CHECK(visited == table.size());
  return content;
}

TEST_CASE("an id is inserted once") {
  IdTable table;
  CHECK(table.size() == 0);
  CHECK_FALSE(table.Contains({1, 2}));
  const auto [first, is_new] = table.Insert(Entry({1, 2}, 10, 7));
  CHECK(is_new);
  CHECK(first.content == 7);
  first.content = 8;
  const auto [second, is_new_again] = table.Insert(Entry({1, 2}, 11, 9));
  CHECK_FALSE(is_new_again);
  CHECK(second.content == 8);
  CHECK(second.second == Second(10));
  CHECK(table.Contains({1, 2}));
  CHECK(table.size() == 1);
}

TEST_CASE("ids that share their low bits are told apart") {
  IdTable table;
  constexpr std::uint64_t kMany = 300;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    CHECK(table.Insert(Entry({i, 5}, 0)).second);
    CHECK(table.Insert(Entry({0, (i + 1) << 32}, 0)).second);
  }
  CHECK(table.size() == 2 * kMany);
  for (std::uint64_t i = 0; i < kMany; ++i) {
    CHECK(table.Contains({i, 5}));
    CHECK(table.Contains({0, (i + 1) << 32}));
    CHECK_FALSE(table.Contains({i, 6}));
  }
  CHECK(table.EraseIf([](const KnownId& entry) { return entry.id.low == 5; }) == kMany);
  for (std::uint64_t i = 0; i < kMany; ++i) {
    CHECK_FALSE(table.Contains({i, 5}));
    CHECK(table.Contains({0, (i + 1) << 32}));
  }
}

TEST_CASE("an entry stays where it is while others are inserted") {
  IdTable table;
  KnownId& first = table.Insert(Entry({0, 0}, 0)).first;
  for (std::uint64_t i = 1; i < 5'000; ++i) table.Insert(Entry({i, i}, 0));
  CHECK(&table.Insert(Entry({0, 0}, 0)).first == &first);
}

TEST_CASE("the table holds what a map holds, whatever is inserted and erased") {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937_64 random(seed);
    // Few ids come again and again; of many hardly any does.
    const std::uint64_t ids = seed % 2 == 0 ? 500 : 100'000;
    // The odd ones collide as often as they can.
    const auto id_of = [seed](std::uint64_t i) { return IdHash{i, seed > 2 ? i % 64 : i}; };
    IdTable table;
    std::map<IdHash, std::uint64_t> model;
    for (int step = 0; step < 40; ++step) {
      for (std::uint64_t inserts = random() % 400; inserts > 0; --inserts) {
        const KnownId entry = Entry(id_of(random() % ids), step, random());
        const auto [kept, is_new] = table.Insert(entry);
        const auto [expected, is_expected_new] = model.try_emplace(entry.id, entry.content);
        REQUIRE(is_new == is_expected_new);
        REQUIRE(kept.content == expected->second);
        if (!is_new && entry.content % 2 == 0) {
          kept.content = expected->second = entry.content;
        }
      }
      const std::uint64_t most = random() % 5;  // of four quarters; 0: nothing is erased
      const auto is_erased = [most](std::uint64_t content) { return content % 4 < most; };
      const auto erased =
          table.EraseIf([&](const KnownId& entry) { return is_erased(entry.content); });
      const auto expected =
          std::erase_if(model, [&](const auto& item) { return is_erased(item.second); });
      REQUIRE(erased == expected);
      REQUIRE(table.size() == model.size());
      REQUIRE(ContentOf(table) == model);
      for (int i = 0; i < 100; ++i) {
        const IdHash id = id_of(random() % ids);
        REQUIRE(table.Contains(id) == model.contains(id));
      }
    }
  }
}

}  // namespace
}  // namespace nsf
