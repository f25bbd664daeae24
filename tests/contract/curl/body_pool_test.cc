// SPDX-License-Identifier: Apache-2.0
// The memory of a body is used again when the last reader lets go of it, and never hoarded.
#include "adapters/curl/body_pool.h"

#include <catch2/catch.hpp>
#include <memory>
#include <utility>
#include <vector>

namespace nsf {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

std::shared_ptr<const std::string> Share(std::string body, std::shared_ptr<SpareBodies> spare) {
  HttpAnswer answer;
  answer.body = std::move(body);
  answer.spare = std::move(spare);
  return answer.ShareBody();
}

// Of a body of so many bytes that is read and let go of: where they were.
const char* Read(const std::shared_ptr<BodyPool>& pool, std::size_t bytes) {
  const auto read = Share(std::string(bytes, 'x'), pool);
  return read->data();
}

TEST_CASE("a body's memory is the next one's, once nobody reads it") {
  const auto pool = std::make_shared<BodyPool>();
  auto read = Share(std::string(4 * kMiB, 'x'), pool);
  auto other = read;
  const char* const at = read->data();
  read.reset();
  CHECK(pool->Take(4 * kMiB).capacity() < kMiB);
  CHECK(*other == std::string(4 * kMiB, 'x'));
  other.reset();
  const std::string next = pool->Take(4 * kMiB);
  CHECK((next.data() == at));
  CHECK(next.empty());
  CHECK(pool->Take(4 * kMiB).capacity() < kMiB);
}

TEST_CASE("only what is about as large as what is to come is taken") {
  struct Row {
    std::size_t spare;
    std::size_t wanted;
    bool taken;
  };
  const auto [spare, wanted, taken] = GENERATE(values<Row>({{4 * kMiB, 4 * kMiB, true},
                                                            {4 * kMiB, 1 * kMiB, true},
                                                            {4 * kMiB, kMiB / 2, false},
                                                            {4 * kMiB, 1000, false},
                                                            {4 * kMiB, 5 * kMiB, false},
                                                            {1 * kMiB, 1 * kMiB, false}}));
  INFO(spare << " bytes, and " << wanted << " to come");
  const auto pool = std::make_shared<BodyPool>();
  Read(pool, spare);
  CHECK((pool->Take(wanted).capacity() >= spare) == taken);
}

TEST_CASE("what was used last is taken first, and the oldest makes room") {
  const auto pool = std::make_shared<BodyPool>();
  std::vector<std::shared_ptr<const std::string>> read;
  for (int i = 0; i < 5; ++i) read.push_back(Share(std::string(4 * kMiB, 'x'), pool));
  const char* const last = read.back()->data();
  for (auto& body : read) body.reset();
  const std::string first = pool->Take(4 * kMiB);
  CHECK((first.data() == last));
  std::vector<std::string> taken;
  while (taken.empty() || taken.back().capacity() >= 4 * kMiB) {
    taken.push_back(pool->Take(4 * kMiB));
  }
  CHECK(taken.size() - 1 == 3);  // 16 MiB in all, with the one before
  Read(pool, 17 * kMiB);
  CHECK(pool->Take(17 * kMiB).capacity() < kMiB);
}

TEST_CASE("where a large one finds none the oldest goes") {
  const auto pool = std::make_shared<BodyPool>();
  Read(pool, 3 * kMiB);
  const bool large = GENERATE(true, false);
  CHECK(pool->Take(large ? 8 * kMiB : 1000).capacity() < kMiB);
  CHECK((pool->Take(3 * kMiB).capacity() < kMiB) == large);
}

TEST_CASE("what nobody takes between two looks is let go of") {
  const auto pool = std::make_shared<BodyPool>();
  Read(pool, 4 * kMiB);
  pool->DropUnused();
  std::string body = pool->Take(4 * kMiB);
  CHECK(body.capacity() >= 4 * kMiB);
  Share(std::move(body), pool).reset();
  pool->DropUnused();
  pool->DropUnused();
  CHECK(pool->Take(4 * kMiB).capacity() < kMiB);
}

TEST_CASE("without a pool a body is shared all the same, also when the pool's owner is gone") {
  CHECK(*Share("body", nullptr) == "body");
  auto pool = std::make_shared<BodyPool>();
  const auto read = Share(std::string(4 * kMiB, 'x'), pool);
  pool.reset();
  CHECK(read->size() == 4 * kMiB);
}

}  // namespace
}  // namespace nsf
