// SPDX-License-Identifier: Apache-2.0
// Delivery in order: no state before every sink has acknowledged, no record twice because another
// one failed.
#include "pipeline/destination/in_order.h"

#include <catch2/catch.hpp>

namespace nsf {
namespace {

class ScriptedSink : public Sink {
 public:
  // What becomes of record i at the next publish; undecided when the script says so.
  std::function<OutcomeKind(std::size_t)> script = [](std::size_t) {
    return OutcomeKind::kDelivered;
  };
  std::vector<std::string> log;  // values, as published
  std::vector<std::string>* order = nullptr;
  std::string name;

  void Publish(SinkBatch& batch, Done done) override {
    if (order != nullptr) order->push_back(name);
    bool undecided = false;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.outcomes[i] != OutcomeKind::kUndecided) continue;
      log.emplace_back(batch.records[i].value);
      batch.outcomes[i] = script(i);
      if (batch.outcomes[i] == OutcomeKind::kRejected) {
        batch.rejections.push_back({i, "too_large", "larger than the limit"});
      }
      undecided |= batch.outcomes[i] == OutcomeKind::kUndecided;
    }
    done(undecided ? std::optional(Error{ErrorKind::kRetry, "away"}) : std::nullopt);
  }
  Guarantee guarantee() const override { return {}; }
};

class MemoryStore : public StateStore {
 public:
  bool fails = false;
  int commits = 0;
  std::vector<std::string>* order = nullptr;

  Result<std::vector<StateEntry>> Scan(std::string_view) const override {
    return std::vector<StateEntry>{};
  }
  Result<std::vector<std::string>> Keys(std::string_view) const override {
    return std::vector<std::string>{};
  }
  void Load(std::vector<std::string>, Loaded loaded) override {
    loaded(std::vector<StateEntry>{});
  }
  void Commit(std::vector<StateChange>, Done done) override {
    order->push_back("state");
    if (fails) return done(Error{ErrorKind::kRetry, "disk full"});
    ++commits;
    done({});
  }
};

class NoTelemetry : public Telemetry {
 public:
  void Stream(const std::string&, const std::string&, const StreamSnapshot&) override {}
  void Budget(const std::string&, const BudgetSnapshot&) override {}
  void RequestDuration(const std::string&, std::chrono::microseconds) override {}
  void EventDelay(const std::string&, std::chrono::milliseconds, std::size_t) override {}
  void EventLateness(const std::string&, std::chrono::milliseconds, std::size_t) override {}
  void Published(const std::string& sink, std::chrono::microseconds,
                 std::string_view reason) override {
    if (!reason.empty()) failed.push_back(sink + ":" + std::string(reason));
  }
  void StateCommitted(std::chrono::microseconds, bool) override {}

  std::vector<std::string> failed;
};

class StoppedClock : public Clock {
  Now Read() const override { return {}; }
};

// Two sinks, a dead letter and a store that write down in which order they were called.
struct Fixture {
  std::vector<std::string> order;
  ScriptedSink a, b, dead;
  MemoryStore store;
  NoTelemetry telemetry;
  StoppedClock clock;
  InOrderDestination destination{{{"a", &a}, {"b", &b}}, dead, store, telemetry, clock};

  Fixture() {
    for (auto& [sink, name] : {std::pair{&a, "a"}, {&b, "b"}, {&dead, "dead"}}) {
      sink->order = &order;
      sink->name = name;
    }
    store.order = &order;
  }

  static std::unique_ptr<Batch> ThreeRecords() {
    auto batch = std::make_unique<Batch>();
    for (const char* name : {"a", "b"}) {
      SinkBatch sink;
      sink.sink = name;
      sink.tenant = "acme";
      sink.stream = "audit";
      for (const char* value : {"one", "two", "three"}) {
        Record record;
        record.value = record.raw = record.event_id = value;
        sink.records.push_back(record);
        sink.outcomes.push_back(OutcomeKind::kUndecided);
      }
      batch->sinks.push_back(sink);
    }
    batch->state.push_back({"cursor", "moved"});
    return batch;
  }

  Settlement Commit(std::unique_ptr<Batch> batch) {
    std::optional<Settlement> settled;
    destination.Commit(std::move(batch), [&](Settlement s) { settled = std::move(s); });
    REQUIRE(settled);
    return std::move(*settled);
  }
};

TEST_CASE("the state moves last") {
  Fixture f;
  const Settlement settled = f.Commit(Fixture::ThreeRecords());
  CHECK_FALSE(settled.error);
  CHECK(f.order == std::vector<std::string>{"a", "b", "state"});
  CHECK(settled.sinks[0].delivered == 3);
  CHECK(settled.sinks[1].delivered == 3);
}

TEST_CASE("one undecided record keeps the state where it is, and only it is sent again") {
  Fixture f;
  bool away = true;
  f.b.script = [&](std::size_t i) {
    return i == 1 && away ? OutcomeKind::kUndecided : OutcomeKind::kDelivered;
  };
  Settlement settled = f.Commit(Fixture::ThreeRecords());
  REQUIRE(settled.error);
  CHECK(settled.error_sink == "b");
  CHECK(f.store.commits == 0);
  CHECK(f.telemetry.failed == std::vector<std::string>{"b:unavailable"});

  away = false;
  settled = f.Commit(std::move(settled.batch));
  CHECK_FALSE(settled.error);
  CHECK(f.a.log.size() == 3);
  CHECK(f.b.log == std::vector<std::string>{"one", "two", "three", "two"});
  CHECK(f.store.commits == 1);
}

TEST_CASE("a refused record is in the dead letter before the state moves") {
  Fixture f;
  f.a.script = [](std::size_t i) {
    return i == 2 ? OutcomeKind::kRejected : OutcomeKind::kDelivered;
  };
  const Settlement settled = f.Commit(Fixture::ThreeRecords());
  CHECK_FALSE(settled.error);
  CHECK(f.order == std::vector<std::string>{"a", "b", "dead", "state"});
  REQUIRE(f.dead.log.size() == 1);
  CHECK_THAT(f.dead.log[0], Catch::Contains("\"too_large\"") && Catch::Contains("three"));
  CHECK(settled.sinks[0].delivered == 2);
  REQUIRE(settled.sinks[0].dead_lettered.size() == 1);
  CHECK(settled.sinks[0].dead_lettered[0].reason == "too_large");
}

TEST_CASE("a dead letter that cannot be written keeps the state where it is") {
  Fixture f;
  f.a.script = [](std::size_t i) {
    return i == 2 ? OutcomeKind::kRejected : OutcomeKind::kDelivered;
  };
  f.dead.script = [](std::size_t) { return OutcomeKind::kUndecided; };
  Settlement settled = f.Commit(Fixture::ThreeRecords());
  REQUIRE(settled.error);
  CHECK(settled.error_sink == "dead_letter");
  CHECK(f.store.commits == 0);
  f.dead.script = [](std::size_t) { return OutcomeKind::kDelivered; };
  settled = f.Commit(std::move(settled.batch));
  CHECK_FALSE(settled.error);
  CHECK(f.a.log.size() == 3);  // nothing was sent again
  CHECK(settled.sinks[0].dead_lettered.size() == 1);
}

TEST_CASE("a state that cannot be written is tried again without sending anything again") {
  Fixture f;
  f.a.script = [](std::size_t i) {
    return i == 2 ? OutcomeKind::kRejected : OutcomeKind::kDelivered;
  };
  f.store.fails = true;
  Settlement settled = f.Commit(Fixture::ThreeRecords());
  REQUIRE(settled.error);
  CHECK(settled.error_sink == "state");
  f.store.fails = false;
  settled = f.Commit(std::move(settled.batch));
  CHECK_FALSE(settled.error);
  CHECK(f.a.log.size() == 3);
  CHECK(f.dead.log.size() == 1);
  CHECK(f.store.commits == 1);
}

TEST_CASE("a batch without records only moves the state") {
  Fixture f;
  auto batch = Fixture::ThreeRecords();
  for (SinkBatch& sink : batch->sinks) {
    sink.records.clear();
    sink.outcomes.clear();
  }
  CHECK_FALSE(f.Commit(std::move(batch)).error);
  CHECK(f.order == std::vector<std::string>{"state"});
}

}  // namespace
}  // namespace nsf
