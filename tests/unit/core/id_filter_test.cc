// SPDX-License-Identifier: Apache-2.0
// The filter against what was put into it.
#include "core/ledger/id_filter.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nsf {
namespace {

IdHash Id(int number) { return HashId(std::to_string(number)); }

bool Finds(const IdFilter& filter, const IdHash& id, BucketNumber bucket) {
  const auto found = filter.Find(id);
  REQUIRE(std::is_sorted(found.begin(), found.end()));
  return std::binary_search(found.begin(), found.end(), bucket);
}

TEST_CASE("a filter finds every id that was added, and hardly any other") {
  IdFilter filter;
  CHECK(filter.empty());
  CHECK(filter.Find(Id(1)).empty());
  constexpr int kIds = 300'000;
  for (int i = 0; i < kIds; ++i) filter.Add(Id(i), i / 1'000);
  CHECK_FALSE(filter.empty());
  int lost = 0;
  for (int i = 0; i < kIds; ++i) lost += Finds(filter, Id(i), i / 1'000) ? 0 : 1;
  CHECK(lost == 0);
  int mistaken = 0;
  for (int i = kIds; i < 4 * kIds; ++i) mistaken += filter.Find(Id(i)).empty() ? 0 : 1;
  CHECK(mistaken <= 1);
  CHECK(filter.bytes() < std::size_t{6} * kIds);
}

TEST_CASE("buckets that are found are few, however many there are") {
  IdFilter filter;
  constexpr int kIds = 300'000;
  for (int i = 0; i < kIds; ++i) filter.Add(Id(i), i / 1'000);
  for (int i = 0; i < kIds; i += 1'000) CHECK(filter.Find(Id(i)).size() <= 51);
}

TEST_CASE("an id is found in all its buckets, and takes no more room for being added again") {
  IdFilter filter;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 10'000; ++i) filter.Add(Id(i), i % 2);
  }
  const auto bytes = filter.bytes();
  CHECK(bytes == 65'536);
  filter.Add(Id(5), 7);
  CHECK(filter.Find(Id(5)) == std::vector<BucketNumber>{0, 1, 7});
  // In another table too, with what lies there.
  for (int i = 10'000; i < 20'000; ++i) filter.Add(Id(i), 8);
  filter.Add(Id(5), 9);
  CHECK(filter.Find(Id(5)) == std::vector<BucketNumber>{0, 1, 7, 8, 9});
}

TEST_CASE("ids without a tag of their own are kept like others") {
  IdFilter filter;
  filter.Add({1, 0}, 3);
  CHECK(filter.Find({1, 0}) == std::vector<BucketNumber>{3});
  CHECK(filter.Find({1, 2}).empty());
  CHECK(filter.Find({2, 0}).empty());
}

TEST_CASE("buckets that are forgotten are found no more, and leave their room") {
  IdFilter filter;
  for (int i = 0; i < 100'000; ++i) filter.Add(Id(i), i / 1'000);
  const auto all = filter.bytes();
  filter.Forget(50);
  CHECK(filter.bytes() < all);
  CHECK_FALSE(Finds(filter, Id(49'999), 49));
  CHECK(Finds(filter, Id(50'000), 50));
  filter.Forget(100);
  CHECK(filter.empty());
}

}  // namespace
}  // namespace nsf
