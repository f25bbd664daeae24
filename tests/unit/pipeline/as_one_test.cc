// SPDX-License-Identifier: Apache-2.0
// Delivery where the store takes records into its commit: they are published nowhere else, and only
// that commit settles them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "pipeline/destination/in_order.h"
#include "unit/pipeline/destination_parts.h"

namespace nsf {
namespace {

using Words = std::vector<std::string>;

class PlainSink : public Sink {
 public:
  PlainSink(std::string name, Words& order) : name_(std::move(name)), order_(order) {}
  bool away = false;

  void Publish(SinkBatch& batch, Done done) override {
    order_.push_back(name_);
    if (away) return done(Error{ErrorKind::kRetry, "away"});
    std::fill(batch.outcomes.begin(), batch.outcomes.end(), OutcomeKind::kDelivered);
    done(std::nullopt);
  }
  Guarantee guarantee() const override { return {}; }

 private:
  const std::string name_;
  Words& order_;
};

// Takes what is for "lake", and, if told so, the dead letter.
class TakingStore : public StateStore {
 public:
  explicit TakingStore(Words& order) : order_(order) {}
  bool takes_dead_letter = false;
  bool away = false;
  bool waits = false;  // begins when it is told to, with what is ready then
  std::function<void()> begin;
  std::deque<std::string> refuses;  // ids of records, one in each commit

  Result<std::vector<StateEntry>> Scan(std::string_view) const override {
    return std::vector<StateEntry>{};
  }
  Result<Words> Keys(std::string_view) const override { return Words{}; }
  void Load(std::vector<std::string>, Loaded loaded) override { loaded(std::vector<StateEntry>{}); }
  void Commit(std::vector<StateChange> changes, Done done) override {
    CommitWith({}, std::move(changes), std::move(done));
  }
  bool Takes(const SinkBatch& batch) const override {
    return batch.refusals.empty() ? batch.sink == "lake" : takes_dead_letter;
  }
  void CommitGathering(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                       Gather gather, Done done) override {
    if (!waits) return CommitWith(batches, std::move(changes), std::move(done));
    begin = [this, batches, changes, gather, done] {
      const Addition more = gather();
      std::vector<SinkBatch*> all = batches;
      all.insert(all.end(), more.batches.begin(), more.batches.end());
      std::vector<StateChange> moved = changes;
      moved.insert(moved.end(), more.changes.begin(), more.changes.end());
      CommitWith(all, std::move(moved), done);
    };
  }
  // "lake:one,two dead:three state:cursor", or in brackets what was not committed.
  void CommitWith(const std::vector<SinkBatch*>& batches, std::vector<StateChange> changes,
                  Done done) override {
    std::string what;
    bool refused = false;
    std::string refuses_now;
    if (!refuses.empty()) {
      refuses_now = refuses.front();
      refuses.pop_front();
    }
    for (SinkBatch* batch : batches) {
      what += (batch->refusals.empty() ? batch->sink : "dead") + ':';
      for (std::size_t i = 0; i < batch->records.size(); ++i) {
        if (batch->outcomes[i] != OutcomeKind::kUndecided) continue;
        what += std::string(batch->records[i].event_id) + ',';
        if (batch->refusals.empty() && batch->records[i].event_id == refuses_now) {
          batch->outcomes[i] = OutcomeKind::kRejected;
          batch->rejections.push_back({i, "too_large", "larger than the limit"});
          refused = true;
        }
      }
      what.back() = ' ';
    }
    for (const StateChange& change : changes) what += "state:" + change.key;
    order_.push_back(away || refused ? '(' + what + ')' : what);
    if (away || refused) return done(Error{ErrorKind::kRetry, "away"});
    for (SinkBatch* batch : batches) {
      for (OutcomeKind& outcome : batch->outcomes) {
        if (outcome == OutcomeKind::kUndecided) outcome = OutcomeKind::kDelivered;
      }
    }
    done({});
  }

 private:
  Words& order_;
};

class Counts : public test::DeafTelemetry {
 public:
  void Published(const std::string& sink, std::chrono::microseconds,
                 std::string_view reason) override {
    published.push_back(sink + ':' + std::string(reason));
  }

  Words published;
};

struct Fixture {
  Words order;
  PlainSink siem{"siem", order};
  PlainSink dead{"dead letter", order};
  TakingStore store{order};
  Counts telemetry;
  test::StoppedClock clock;
  InOrderDestination destination{{{"siem", &siem}}, dead, store, telemetry, clock};

  static std::unique_ptr<Batch> Three() { return test::ThreeRecords({"lake", "siem"}); }
  Settlement Commit(std::unique_ptr<Batch> batch) {
    return test::CommitTo(destination, std::move(batch));
  }
};

TEST_CASE("what the store takes is committed with the state, after the other sinks") {
  Fixture f;
  const Settlement settled = f.Commit(Fixture::Three());
  CHECK_FALSE(settled.error);
  CHECK(f.order == Words{"siem", "lake:one,two,three state:cursor"});
  CHECK(settled.sinks[0].delivered == 3);
  CHECK(f.telemetry.published == Words{"siem:", "lake:"});
}

TEST_CASE("without the other sinks' acknowledgement nothing is committed") {
  Fixture f;
  f.siem.away = true;
  Settlement settled = f.Commit(Fixture::Three());
  REQUIRE(settled.error);
  CHECK(settled.error_sink == "siem");
  CHECK(f.order == Words{"siem"});
  f.siem.away = false;
  CHECK_FALSE(f.Commit(std::move(settled.batch)).error);
  CHECK(f.order.back() == "lake:one,two,three state:cursor");
}

TEST_CASE("a commit that fails delivers nothing of it, and is made again") {
  Fixture f;
  f.store.away = true;
  Settlement settled = f.Commit(Fixture::Three());
  REQUIRE(settled.error);
  CHECK(settled.sinks[0].delivered == 0);
  CHECK(f.telemetry.published == Words{"siem:", "lake:unavailable"});
  f.store.away = false;
  CHECK_FALSE(f.Commit(std::move(settled.batch)).error);
  const std::string all = "lake:one,two,three state:cursor";
  CHECK(f.order == Words{"siem", '(' + all + ')', all});  // siem has it already
}

TEST_CASE("a commit that has not begun takes the batches that have come since") {
  for (const char* refused : {"", "two"}) {
    INFO(refused);
    Fixture f;
    f.store.waits = true;
    f.store.takes_dead_letter = true;
    if (*refused != 0) f.store.refuses = {refused};
    Words settled;
    for (const char* name : {"a", "b", "c"}) {
      f.destination.Commit(test::ThreeRecords({"lake"}), [&settled, name](const Settlement& s) {
        settled.push_back(name + (s.error ? "!" : ':' + std::to_string(s.sinks[0].delivered)));
      });
    }
    const std::string all =
        "lake:one,two,three lake:one,two,three lake:one,two,three "
        "state:cursorstate:cursorstate:cursor";
    std::exchange(f.store.begin, nullptr)();
    if (*refused == 0) {
      CHECK(f.order == Words{all});
      CHECK(settled == Words{"a:3", "b:3", "c:3"});
      continue;
    }
    // Each goes again with its own dead letter, in its turn.
    CHECK(f.order == Words{'(' + all + ')'});
    CHECK(settled.empty());
    f.store.waits = false;
    std::exchange(f.store.begin, nullptr)();
    CHECK(settled == Words{"a:2", "b:2", "c:2"});
    const std::string one = "lake:one,three dead:two state:cursor";
    CHECK(Words(f.order.begin() + 1, f.order.end()) == Words{one, one, one});
  }
}

TEST_CASE("a record refused in the commit goes to the dead letter, and the rest is committed") {
  for (const bool taken : {false, true}) {
    INFO(taken);
    Fixture f;
    f.store.takes_dead_letter = taken;
    f.store.refuses = {"two"};
    const Settlement settled = f.Commit(Fixture::Three());
    CHECK_FALSE(settled.error);
    const std::string first = "(lake:one,two,three state:cursor)";
    if (taken) {
      CHECK(f.order == Words{"siem", first, "lake:one,three dead:two state:cursor"});
    } else {
      CHECK(f.order == Words{"siem", first, "dead letter", "lake:one,three state:cursor"});
    }
    CHECK(settled.sinks[0].delivered == 2);
    REQUIRE(settled.sinks[0].dead_lettered.size() == 1);
    CHECK(settled.sinks[1].delivered == 3);
  }
}

TEST_CASE("records refused in one commit after the other are all kept, and none twice") {
  for (const bool taken : {false, true}) {
    INFO(taken);
    Fixture f;
    f.store.takes_dead_letter = taken;
    f.store.refuses = {"two", "one"};
    const Settlement settled = f.Commit(Fixture::Three());
    CHECK_FALSE(settled.error);
    if (taken) {
      CHECK(f.order == Words{"siem", "(lake:one,two,three state:cursor)",
                             "(lake:one,three dead:two state:cursor)",
                             "lake:three dead:two,one state:cursor"});
    } else {
      CHECK(f.order == Words{"siem", "(lake:one,two,three state:cursor)", "dead letter",
                             "(lake:one,three state:cursor)", "dead letter",
                             "lake:three state:cursor"});
    }
    CHECK(settled.sinks[0].delivered == 1);
    CHECK(settled.sinks[0].dead_lettered.size() == 2);
  }
}

TEST_CASE("refused records that wait for a commit that fails come back with it") {
  Fixture f;
  f.store.takes_dead_letter = true;
  f.store.refuses = {"two"};
  auto batch = Fixture::Three();
  batch->sinks[0].outcomes[0] = OutcomeKind::kRejected;
  batch->sinks[0].rejections.push_back({0, "invalid", "no"});
  f.store.away = true;
  Settlement settled = f.Commit(std::move(batch));
  REQUIRE(settled.error);
  // Once with what was known before, once with what was refused then; and no more.
  CHECK(f.order == Words{"siem", "(lake:two,three dead:one state:cursor)",
                         "(lake:three dead:one,two state:cursor)"});
  f.store.away = false;
  settled = f.Commit(std::move(settled.batch));
  CHECK_FALSE(settled.error);
  CHECK(f.order.back() == "lake:three dead:one,two state:cursor");
  CHECK(settled.sinks[0].dead_lettered.size() == 2);
}

}  // namespace
}  // namespace nsf
