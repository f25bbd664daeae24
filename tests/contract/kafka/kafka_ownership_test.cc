// SPDX-License-Identifier: Apache-2.0
// Slots shared by a group, against mock brokers: what is given, asked back, given back, lost when
// nobody is heard, and left by who ends. What a real broker's group does is asked of it by the
// integration tests.
#include "adapters/kafka/kafka_ownership.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "mock_kafka.h"

namespace nsf {
namespace {

using namespace std::chrono_literals;
using Slots = std::set<std::int32_t>;

constexpr std::int32_t kSlots = 4;

// An instance of the group, and a wait for what it is told.
class Member {
 public:
  explicit Member(const KafkaStateConfig& config) {
    auto made = KafkaOwnership::Create(
        config, [](std::string_view /*line*/) {},
        [this] {
          { const std::lock_guard lock(mutex_); }
          changed_.notify_all();
        });
    if (!made) FAIL(made.error().message);
    ownership_ = std::move(made).value();
  }

  bool Sees(const std::function<bool(const OwnershipView&)>& what,
            std::chrono::seconds patience = 30s) {
    std::unique_lock lock(mutex_);
    // What it gives back itself is not told.
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!what(ownership_->Look())) {
      if (std::chrono::steady_clock::now() >= until) return false;
      changed_.wait_for(lock, 100ms);
    }
    return true;
  }
  bool Has(const Slots& slots) {
    return Sees([&slots](const OwnershipView& view) { return Of(view) == slots; });
  }

  Slots slots() const { return Of(ownership_->Look()); }
  Slots asked_back() const {
    Slots asked;
    for (const auto& [slot, grant] : ownership_->Look().grants) {
      if (grant.asked_back) asked.insert(slot);
    }
    return asked;
  }
  std::uint64_t grant(std::int32_t slot) const { return ownership_->Look().grants.at(slot).number; }
  void GiveBack(std::int32_t slot) { ownership_->GiveBack(slot); }

 private:
  static Slots Of(const OwnershipView& view) {
    Slots slots;
    for (const auto& [slot, grant] : view.grants) slots.insert(slot);
    return slots;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<KafkaOwnership> ownership_;
};

bool SomeAskedBack(const OwnershipView& view) {
  return std::any_of(view.grants.begin(), view.grants.end(),
                     [](const auto& grant) { return grant.second.asked_back; });
}

class KafkaOwnershipTest {
 protected:
  KafkaOwnershipTest() {
    kafka_.CreateTopic("state", kSlots);
    kafka_.CreateTopic("state.slots", kSlots);
    config_.sink.name = "lake";
    config_.sink.brokers = kafka_.brokers();
    config_.sink.topic = "events";
    config_.topic = "state";
    config_.slots = kSlots;
    config_.session = 3s;
  }

  MockKafka kafka_;
  KafkaStateConfig config_;
  const Slots all_{0, 1, 2, 3};
};

}  // namespace

TEST_CASE_METHOD(KafkaOwnershipTest,
                 "a slot is another's once it is given back, till that one ends") {
  Member one(config_);
  REQUIRE(one.Has(all_));
  std::map<std::int32_t, std::uint64_t> grants;
  for (const std::int32_t slot : all_) grants[slot] = one.grant(slot);

  auto two = std::make_unique<Member>(config_);
  REQUIRE(one.Sees(SomeAskedBack));
  const Slots asked = one.asked_back();
  CHECK(asked.size() == 2);
  CHECK(one.slots() == all_);
  CHECK(two->slots().empty());
  // What is not asked for is not given.
  const std::int32_t kept = *std::find_if(
      all_.begin(), all_.end(), [&asked](std::int32_t slot) { return !asked.contains(slot); });
  one.GiveBack(kept);
  CHECK(one.slots() == all_);
  for (const std::int32_t slot : asked) {
    CHECK(two->slots().empty());
    one.GiveBack(slot);
  }
  CHECK(two->Has(asked));
  // What stays was never touched.
  CHECK(one.slots().size() == 2);
  for (const std::int32_t slot : one.slots()) CHECK(one.grant(slot) == grants.at(slot));

  two.reset();
  REQUIRE(one.Has(all_));
  for (const std::int32_t slot : all_) {
    CHECK((one.grant(slot) == grants.at(slot)) == !asked.contains(slot));
  }
}

TEST_CASE_METHOD(KafkaOwnershipTest, "what does not come to rest in time is taken away") {
  Member one(config_);
  REQUIRE(one.Has(all_));
  Member two(config_);
  REQUIRE(one.Sees(SomeAskedBack));
  const Slots asked = one.asked_back();
  CHECK(two.Has(asked));
  CHECK(one.slots().size() == 2);
}

TEST_CASE_METHOD(KafkaOwnershipTest, "who hears nobody for a session has nothing any more") {
  Member one(config_);
  REQUIRE(one.Has(all_));
  std::uint64_t last = 0;
  for (const std::int32_t slot : all_) last = std::max(last, one.grant(slot));
  kafka_.SetDown(true);
  CHECK(one.Has({}));
  CHECK(one.Sees([](const OwnershipView& view) { return view.trouble.has_value(); }));
  kafka_.SetDown(false);
  REQUIRE(one.Has(all_));
  CHECK(one.grant(0) > last);
  CHECK(one.Sees([](const OwnershipView& view) { return !view.trouble; }));
}

}  // namespace nsf
