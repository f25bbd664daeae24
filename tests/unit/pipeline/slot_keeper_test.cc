// SPDX-License-Identifier: Apache-2.0
// Instances that share slots: a group and logs as simple as they can be, so that what is opened,
// closed and given back stands out. One thread, and everything is answered when it is asked.
#include "pipeline/slot/slot_keeper.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "core/state/keys.h"

namespace nsf {
namespace {

using namespace std::chrono_literals;

// A partition: what was committed, and by whose leave.
struct Partition {
  std::vector<StateChange> changes;
  int owner = 0;
  int takes = 0;
};

struct Cluster {
  std::map<std::string, Partition> partitions;
};

class MemoryLog : public CommitLog {
 public:
  explicit MemoryLog(Partition& partition) : partition_(partition) {}

  bool Takes(const SinkBatch& /*batch*/) const override { return true; }
  void TakeOver(std::function<void(Result<void>)> done) override {
    owner_ = ++partition_.owner;
    ++partition_.takes;
    done({});
  }
  void AskEnd(std::function<void(Result<std::int64_t>)> done) override {
    done(static_cast<std::int64_t>(partition_.changes.size()));
  }
  void Read(std::function<void(Result<LogPiece>)> done) override {
    LogPiece piece;
    piece.changes = partition_.changes;
    piece.end = static_cast<std::int64_t>(partition_.changes.size());
    done(piece);
  }
  void Commit(LogCommit commit, std::function<void(LogAnswer)> done) override {
    if (partition_.owner != owner_) return done({LogAnswer::Kind::kShutOut, "taken over"});
    partition_.changes.insert(partition_.changes.end(), commit.changes.begin(),
                              commit.changes.end());
    done({});
  }
  void Close(std::function<void()> closed) override { closed(); }
  std::optional<Error> Trouble() const override { return std::nullopt; }

 private:
  Partition& partition_;
  int owner_ = 0;
};

class FakeOwnership : public Ownership {
 public:
  OwnershipView view;
  std::vector<std::int32_t> given_back;

  FakeOwnership() {
    view.joined = true;
    view.slots = 4;
  }
  void Give(std::int32_t slot) { view.grants[slot] = {++grants_, false}; }
  OwnershipView Look() const override { return view; }
  void GiveBack(std::int32_t slot) override {
    given_back.push_back(slot);
    view.grants.erase(slot);
  }
  std::chrono::milliseconds session() const override { return 10s; }
  std::string name() const override { return "test"; }

 private:
  std::uint64_t grants_ = 0;
};

class Half : public Random {
  double Uniform() override { return 0.5; }
};

class Instance : private SlotLogs {
 public:
  explicit Instance(Cluster& cluster) : cluster_(cluster) {}

  FakeOwnership group;
  std::vector<std::string> told;
  std::set<std::string> tenants;
  std::set<std::string> running;
  MonotonicTime now{1000s};

  void Step() {
    for (int i = 0; i < 6; ++i) keeper.Step(tenants, running, now);
  }
  bool MayRun(const std::string& tenant) const { return keeper.MayRun(tenant); }
  Result<void> Commit(const std::string& tenant, const std::string& value) {
    Result<void> outcome = Error{ErrorKind::kStop, "no answer"};
    keeper.store().Commit({{CursorKey(tenant, "audit"), value}},
                          [&outcome](Result<void> result) { outcome = std::move(result); });
    return outcome;
  }
  std::string Value(const std::string& tenant) {
    const auto found = keeper.store().Scan(StreamPrefix(tenant, "audit"));
    if (!found) return found.error().message;
    return found->empty() ? "" : found->front().value;
  }

 private:
  Result<std::unique_ptr<CommitLog>> OpenSlot(std::int32_t slot) override {
    return Open(std::to_string(slot));
  }
  Result<std::unique_ptr<CommitLog>> OpenPlacements() override { return Open("placements"); }
  bool Takes(const SinkBatch& /*batch*/) const override { return true; }
  Result<std::unique_ptr<CommitLog>> Open(const std::string& name) {
    return std::unique_ptr<CommitLog>(std::make_unique<MemoryLog>(cluster_.partitions[name]));
  }

  Cluster& cluster_;
  Half random_;

 public:
  SlotKeeper keeper{
      group,
      static_cast<SlotLogs&>(*this),
      random_,
      {[] {}, [](std::string_view) {}, [this](std::string_view line) { told.emplace_back(line); }}};
};

}  // namespace

TEST_CASE("only slots that are given and have tenants are opened") {
  Cluster cluster;
  Instance one(cluster);
  one.tenants = {"a", "b"};
  one.Step();
  CHECK(one.keeper.SlotOf("a") == 0);
  CHECK(one.keeper.SlotOf("b") == 3);
  CHECK_FALSE(one.MayRun("a"));
  one.group.Give(0);
  one.group.Give(2);
  one.Step();
  CHECK(one.MayRun("a"));
  CHECK_FALSE(one.MayRun("b"));
  CHECK(one.Commit("a", "1"));
  CHECK_FALSE(one.Commit("b", "1"));
  CHECK(cluster.partitions["2"].takes == 0);
  CHECK(one.Value("a") == "1");
}

TEST_CASE("two instances with different tenants agree on where each is") {
  Cluster cluster;
  Instance one(cluster);
  Instance two(cluster);
  one.tenants = {"a", "b"};
  two.tenants = {"b", "c"};
  one.Step();
  two.Step();
  CHECK(one.keeper.SlotOf("b") == two.keeper.SlotOf("b"));
  CHECK(two.keeper.SlotOf("c") == 2);
  // Who only reads shuts nobody out.
  const int takes = cluster.partitions["placements"].takes;
  Instance three(cluster);
  three.tenants = {"a", "b", "c"};
  three.Step();
  CHECK(three.keeper.SlotOf("c") == 2);
  CHECK(cluster.partitions["placements"].takes == takes);
}

TEST_CASE("a slot that is asked back is given when its streams rest") {
  Cluster cluster;
  Instance one(cluster);
  one.tenants = {"a"};
  one.group.Give(0);
  one.Step();
  REQUIRE(one.Commit("a", "1"));
  one.running = {"a"};
  one.group.view.grants.at(0).asked_back = true;
  one.Step();
  CHECK_FALSE(one.MayRun("a"));
  CHECK(one.Commit("a", "2"));  // what is under way may end
  CHECK(one.group.given_back.empty());
  one.running.clear();
  one.Step();
  CHECK(one.group.given_back == std::vector<std::int32_t>{0});
  CHECK_FALSE(one.Commit("a", "3"));
  Instance two(cluster);
  two.tenants = {"a"};
  two.group.Give(0);
  two.Step();
  CHECK(two.Value("a") == "2");
}

TEST_CASE("a slot that is lost takes no other with it, and is not taken again at once") {
  Cluster cluster;
  Instance one(cluster);
  one.tenants = {"a", "b"};
  one.group.Give(0);
  one.group.Give(3);
  one.Step();
  one.running = {"a", "b"};
  Instance two(cluster);
  two.tenants = {"a", "b"};
  two.group.Give(0);
  two.Step();
  REQUIRE(two.Commit("a", "two"));
  CHECK_FALSE(one.Commit("a", "one"));
  one.Step();
  CHECK_FALSE(one.MayRun("a"));
  CHECK(one.MayRun("b"));
  CHECK(one.Commit("b", "one"));
  one.running = {"b"};
  const int takes = cluster.partitions["0"].takes;
  one.Step();
  one.now += 9s;
  one.Step();
  CHECK(cluster.partitions["0"].takes == takes);
  CHECK(two.Commit("a", "still two"));
  // The group withdraws it, as it does within a session, and nothing more happens.
  one.group.view.grants.erase(0);
  one.now += 60s;
  one.Step();
  CHECK(cluster.partitions["0"].takes == takes);
  CHECK(two.Commit("a", "two again"));
  CHECK_FALSE(one.keeper.error());
  // Given anew it is taken over at once.
  one.group.Give(0);
  one.Step();
  CHECK(one.MayRun("a"));
  CHECK(one.Value("a") == "two again");
}

TEST_CASE("what the group takes away is closed at once, at work or not") {
  Cluster cluster;
  Instance one(cluster);
  one.tenants = {"a"};
  one.group.Give(0);
  one.Step();
  one.running = {"a"};
  one.group.view.grants.clear();
  one.Step();
  CHECK_FALSE(one.MayRun("a"));
  const auto committed = one.Commit("a", "1");
  REQUIRE_FALSE(committed);
  CHECK(committed.error().kind == ErrorKind::kRetry);
  // Given again, it waits until the streams of before rest.
  one.group.Give(0);
  one.Step();
  CHECK_FALSE(one.MayRun("a"));
  one.running.clear();
  one.Step();
  CHECK(one.MayRun("a"));
}

TEST_CASE("a tenant that is added is placed beside the others") {
  Cluster cluster;
  Instance one(cluster);
  one.tenants = {"a"};
  for (const std::int32_t slot : {0, 1, 2, 3}) one.group.Give(slot);
  one.Step();
  one.tenants.insert("b");
  one.Step();
  CHECK(one.keeper.SlotOf("b") == 3);
  CHECK(one.MayRun("b"));
  CHECK(cluster.partitions["0"].takes == 1);
}

}  // namespace nsf
