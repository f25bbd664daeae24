// SPDX-License-Identifier: Apache-2.0
// Delivery in order: no state before every sink has acknowledged, no record twice because another
// one failed.
#include "pipeline/destination/in_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <deque>
#include <map>
#include <utility>

#include "unit/pipeline/destination_parts.h"

namespace nsf {
namespace {

class ScriptedSink : public Sink {
 public:
  // What becomes of record i at the next publish; undecided when the script says so.
  std::function<OutcomeKind(std::size_t)> script = [](std::size_t) {
    return OutcomeKind::kDelivered;
  };
  bool shortens = false;
  std::vector<std::string> log;  // values, as published
  std::vector<std::string>* order = nullptr;
  std::string name;
  std::vector<Refusal> refusals;  // of the last batch

  void Publish(SinkBatch& batch, Done done) override {
    if (order != nullptr) order->push_back(name);
    refusals = batch.refusals;
    bool undecided = false;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.outcomes[i] != OutcomeKind::kUndecided) continue;
      log.emplace_back(batch.records[i].value);
      batch.outcomes[i] = script(i);
      if (batch.outcomes[i] == OutcomeKind::kRejected) {
        batch.rejections.push_back({i, "too_large", "larger than the limit"});
      }
      if (shortens && batch.outcomes[i] == OutcomeKind::kDelivered) ++batch.truncated;
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
  void Load(std::vector<std::string>, Loaded loaded) override { loaded(std::vector<StateEntry>{}); }
  void Commit(std::vector<StateChange>, Done done) override {
    order->push_back("state");
    if (fails) return done(Error{ErrorKind::kRetry, "disk full"});
    ++commits;
    done({});
  }
};

class HeardTelemetry : public test::DeafTelemetry {
 public:
  void Published(const std::string& sink, std::chrono::microseconds,
                 std::string_view reason) override {
    if (!reason.empty()) failed.push_back(sink + ":" + std::string(reason));
  }
  void Truncated(const std::string& sink, std::size_t count) override { truncated[sink] += count; }
  void Repaired(const std::string& sink, std::size_t count) override { repaired[sink] += count; }

  std::vector<std::string> failed;
  std::map<std::string, std::size_t> truncated;
  std::map<std::string, std::size_t> repaired;
};

// Two sinks, a dead letter and a store that write down in which order they were called.
struct Fixture {
  std::vector<std::string> order;
  ScriptedSink a, b, dead;
  MemoryStore store;
  HeardTelemetry telemetry;
  test::StoppedClock clock;
  InOrderDestination destination{{{"a", &a}, {"b", &b}}, dead, store, telemetry, clock};

  Fixture() {
    for (auto& [sink, name] : {std::pair{&a, "a"}, {&b, "b"}, {&dead, "dead"}}) {
      sink->order = &order;
      sink->name = name;
    }
    store.order = &order;
  }

  static std::unique_ptr<Batch> ThreeRecords() { return test::ThreeRecords({"a", "b"}); }

  Settlement Commit(std::unique_ptr<Batch> batch) {
    return test::CommitTo(destination, std::move(batch));
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

TEST_CASE("records delivered in part are counted once, when their batch is decided") {
  Fixture f;
  f.b.shortens = true;
  bool away = true;
  f.b.script = [&](std::size_t i) {
    return i == 1 && away ? OutcomeKind::kUndecided : OutcomeKind::kDelivered;
  };
  Settlement settled = f.Commit(Fixture::ThreeRecords());
  CHECK(f.telemetry.truncated.empty());
  away = false;
  f.Commit(std::move(settled.batch));
  CHECK(f.telemetry.truncated == std::map<std::string, std::size_t>{{"b", 3}});
}

TEST_CASE("records that their format changed are counted when they are delivered") {
  Fixture f;
  auto batch = Fixture::ThreeRecords();
  batch->sinks[0].records[0].shortened = true;
  batch->sinks[0].records[1].repaired = true;
  batch->sinks[1].records[1].repaired = batch->sinks[1].records[2].repaired = true;
  f.b.script = [](std::size_t i) {
    return i == 1 ? OutcomeKind::kRejected : OutcomeKind::kDelivered;
  };
  f.Commit(std::move(batch));
  using Counts = std::map<std::string, std::size_t>;
  CHECK(f.telemetry.truncated == Counts{{"a", 1}});
  CHECK(f.telemetry.repaired == Counts{{"a", 1}, {"b", 1}});
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
  REQUIRE(f.dead.refusals.size() == 1);
  CHECK(f.dead.refusals[0].sink == "a");
  CHECK(f.dead.refusals[0].reason == "too_large");
  CHECK(f.dead.refusals[0].detail == "larger than the limit");
  CHECK(f.a.refusals.empty());
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

TEST_CASE("after a batch that failed is abandoned the next one is a first one") {
  Fixture f;
  f.store.fails = true;
  const Settlement failed = f.Commit(Fixture::ThreeRecords());
  CHECK(failed.error);
  f.store.fails = false;
  CHECK(f.Commit(Fixture::ThreeRecords()).error);  // nothing passes the one that failed
  f.destination.Abandon("acme", "audit");
  CHECK_FALSE(f.Commit(Fixture::ThreeRecords()).error);
  CHECK(f.store.commits == 1);
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

// A sink and a store that report when they are told to.
class HeldSink : public Sink {
 public:
  void Publish(SinkBatch& batch, Done done) override {
    log.emplace_back(batch.records.front().value);
    held.emplace(log.back(), Held{&batch, std::move(done)});
  }
  Guarantee guarantee() const override { return {}; }

  // Ends the publish of the batch whose first record has that value.
  void Report(const std::string& value, OutcomeKind kind) {
    auto node = held.extract(value);
    REQUIRE_FALSE(node.empty());
    SinkBatch& batch = *node.mapped().batch;
    batch.outcomes.front() = kind;
    if (kind == OutcomeKind::kRejected) batch.rejections.push_back({0, "invalid", "no"});
    const bool undecided = kind == OutcomeKind::kUndecided;
    node.mapped().done(undecided ? std::optional(Error{ErrorKind::kRetry, "away"}) : std::nullopt);
  }

  std::vector<std::string> log;

 private:
  struct Held {
    SinkBatch* batch;
    Done done;
  };
  std::map<std::string, Held> held;
};

class HeldStore : public MemoryStore {
 public:
  void Commit(std::vector<StateChange> changes, Done done) override {
    std::string names;
    for (const StateChange& change : changes) names += change.key;
    log.push_back(names);
    done_ = std::move(done);
  }
  bool waiting() const { return done_ != nullptr; }
  void Report(bool durable) {
    REQUIRE(waiting());
    const Done done = std::exchange(done_, nullptr);
    done(durable ? Result<void>() : Error{ErrorKind::kRetry, "disk full"});
  }

  std::vector<std::string> log;  // the keys of each commit

 private:
  Done done_;
};

// Several batches of one record each, named by letters, of one stream.
struct SideBySide {
  HeldSink sink, dead;
  HeldStore store;
  HeardTelemetry telemetry;
  test::StoppedClock clock;
  InOrderDestination destination{{{"s", &sink}}, dead, store, telemetry, clock};
  std::map<std::string, std::unique_ptr<Batch>> back;
  std::string settled;  // "a" settled, "(a)" handed back with an error
  std::vector<std::string> errors;
  std::deque<std::string> names;  // what records point into

  void Give(const std::string& name, const std::string& stream = "audit") {
    auto batch = std::make_unique<Batch>();
    SinkBatch records;
    records.sink = "s";
    records.tenant = "acme";
    records.stream = stream;
    Record record;
    record.value = record.raw = record.event_id = names.emplace_back(name);
    records.records.push_back(record);
    records.outcomes.push_back(OutcomeKind::kUndecided);
    batch->sinks.push_back(records);
    batch->state.push_back({name, "moved"});
    Commit(name, std::move(batch));
  }
  void Again(const std::string& name) { Commit(name, std::move(back.at(name))); }
  void Commit(const std::string& name, std::unique_ptr<Batch> batch) {
    destination.Commit(std::move(batch), [this, name](Settlement settlement) {
      settled += settlement.error ? "(" + name + ")" : name;
      if (settlement.error) errors.push_back(settlement.error_sink);
      back[name] = std::move(settlement.batch);
    });
  }
  void Delivered(const std::string& name) { sink.Report(name, OutcomeKind::kDelivered); }
  void Undecided(const std::string& name) { sink.Report(name, OutcomeKind::kUndecided); }
  void Rejected(const std::string& name) { sink.Report(name, OutcomeKind::kRejected); }
  using Log = std::vector<std::string>;
};

TEST_CASE("batches are published side by side and settled in the order given") {
  for (std::string reports : {"abc", "acb", "bac", "bca", "cab", "cba"}) {
    INFO(reports);
    SideBySide f;
    for (const char* name : {"a", "b", "c"}) f.Give(name);
    CHECK(f.sink.log == SideBySide::Log{"a", "b", "c"});
    std::string states;
    for (const char name : reports) {
      f.Delivered(std::string(1, name));
      while (f.store.waiting()) {
        states += f.store.log.back();
        CHECK(f.settled.size() < states.size());  // nothing is settled before it is durable
        f.store.Report(true);
        CHECK(f.settled == states);
      }
    }
    CHECK(states == "abc");
    CHECK(f.settled == "abc");
  }
}

TEST_CASE("while one state commits the next ones wait, and then go as one") {
  SideBySide f;
  for (const char* name : {"a", "b", "c"}) f.Give(name);
  f.Delivered("a");
  f.Delivered("c");
  f.Delivered("b");
  CHECK(f.store.log == SideBySide::Log{"a"});
  f.Give("d");
  f.Delivered("d");
  CHECK(f.store.log == SideBySide::Log{"a"});
  f.store.Report(true);
  CHECK(f.store.log == SideBySide::Log{"a", "bcd"});
  CHECK(f.settled == "a");
  f.store.Report(true);
  CHECK(f.settled == "abcd");
}

TEST_CASE("one that fails takes those after it along, once their publish has ended") {
  struct Row {
    std::string name;
    std::string reports;  // in this order: upper case fails
    std::string settled, again;
  };
  const Row rows[] = {
      {"the first, first", "Abc", "(a)(b)(c)", "abc"},
      {"the first, last", "bcA", "(a)(b)(c)", "abc"},
      {"the second, first", "Bac", "a(b)(c)", "bc"},
      {"the second, last", "acB", "a(b)(c)", "bc"},
      {"the third", "abC", "ab(c)", "c"},
      {"the first and the third", "CAb", "(a)(b)(c)", "abc"},
      {"all", "ABC", "(a)(b)(c)", "abc"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    SideBySide f;
    for (const char* name : {"a", "b", "c"}) f.Give(name);
    std::string resent;
    for (const char report : row.reports) {
      const std::string name(1, static_cast<char>(std::tolower(report)));
      if (report == name[0]) {
        f.Delivered(name);
      } else {
        f.Undecided(name);
        resent += name;
      }
      if (f.store.waiting()) f.store.Report(true);
    }
    CHECK(f.settled == row.settled);
    for (const std::string& sink : f.errors) CHECK(sink == "s");
    // Given again: only what was undecided is sent again, and all is settled in order.
    f.settled.clear();
    f.sink.log.clear();
    const auto states = f.store.log.size();
    for (const char name : row.again) f.Again(std::string(1, name));
    std::sort(resent.begin(), resent.end());
    std::string sent;
    for (const std::string& name : f.sink.log) sent += name;
    CHECK(sent == resent);
    for (const char name : resent) f.Delivered(std::string(1, name));
    while (f.store.waiting()) f.store.Report(true);
    CHECK(f.settled == row.again);
    std::string stored;
    for (std::size_t i = states; i < f.store.log.size(); ++i) stored += f.store.log[i];
    CHECK(stored == row.again);
  }
}

TEST_CASE("no state passes that of a batch that failed, whenever it is given") {
  SideBySide f;
  f.Give("a");
  f.Undecided("a");
  // The stream had handed this one over before it heard of the failure.
  f.Give("b");
  CHECK(f.sink.log == SideBySide::Log{"a"});
  CHECK(f.settled == "(a)(b)");
  CHECK(f.store.log.empty());
  // Out of turn: it comes back until the one that failed is given again.
  f.Again("b");
  CHECK(f.settled == "(a)(b)(b)");
  f.Again("a");
  f.Again("b");
  f.Delivered("b");
  f.Delivered("a");
  while (f.store.waiting()) f.store.Report(true);
  CHECK(f.settled == "(a)(b)(b)ab");
}

TEST_CASE("a state that is not durable takes those after it along") {
  SideBySide f;
  for (const char* name : {"a", "b", "c"}) f.Give(name);
  f.Delivered("a");
  f.Delivered("b");
  f.store.Report(false);
  CHECK(f.settled == "(a)(b)");  // "c" is still being published
  CHECK(f.store.log == SideBySide::Log{"a"});
  f.Delivered("c");
  CHECK(f.settled == "(a)(b)(c)");
  CHECK(f.errors == std::vector<std::string>{"state", "state", "state"});
  for (const char* name : {"a", "b", "c"}) f.Again(name);
  while (f.store.waiting()) f.store.Report(true);
  CHECK(f.settled == "(a)(b)(c)abc");
  CHECK(f.sink.log.size() == 3);  // nothing was sent again
}

TEST_CASE("the dead letter keeps the order, and holds up the state of what comes after") {
  SideBySide f;
  for (const char* name : {"a", "b", "c"}) f.Give(name);
  f.Rejected("b");
  f.Rejected("c");
  CHECK(f.dead.log.empty());  // not before those before it are durable
  f.Delivered("a");
  CHECK(f.store.log == SideBySide::Log{"a"});
  f.store.Report(true);
  REQUIRE(f.dead.log.size() == 1);
  CHECK_THAT(f.dead.log[0], Catch::Contains("\"b\""));
  CHECK(f.store.log.size() == 1);
  f.dead.Report(f.dead.log[0], OutcomeKind::kUndecided);
  CHECK(f.settled == "a(b)(c)");
  CHECK(f.errors == std::vector<std::string>{"dead_letter", "dead_letter"});
  f.Again("b");
  f.Again("c");
  for (int i = 1; i <= 2; ++i) {
    f.dead.Report(f.dead.log.back(), OutcomeKind::kDelivered);
    f.store.Report(true);
  }
  CHECK(f.settled == "a(b)(c)bc");
  CHECK(f.store.log == SideBySide::Log{"a", "b", "c"});
  CHECK(f.dead.log.size() == 3);
}

TEST_CASE("streams do not wait for one another") {
  SideBySide f;
  f.Give("a", "audit");
  f.Give("b", "alert");
  f.Undecided("a");
  f.Delivered("b");
  f.store.Report(true);
  CHECK(f.settled == "(a)b");
}

TEST_CASE("a batch without records only moves the state") {
  Fixture f;
  auto batch = Fixture::ThreeRecords();
  for (SinkBatch& sink : batch->sinks) {
    sink.records.clear();
    sink.outcomes.clear();
  }
  const Settlement settled = f.Commit(std::move(batch));
  CHECK_FALSE(settled.error);
  CHECK(f.order == std::vector<std::string>{"state"});
}

}  // namespace
}  // namespace nsf
