// SPDX-License-Identifier: Apache-2.0
// The state as a topic against mock brokers: what an owner commits the next one reads, an owner
// that was taken over from commits nothing, and answers that are lost or bad cost nothing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <random>

#include "adapters/kafka/kafka_commit_log.h"
#include "adapters/kafka/kafka_log_reader.h"
#include "mock_kafka.h"
#include "pipeline/slot/slot.h"
#include "sample_batch.h"

namespace nsf {
namespace {

using namespace std::chrono_literals;
using Phase = Slot::Phase;
using Texts = std::vector<std::string>;

constexpr std::int16_t kAddPartitionsToTxn = 24;  // ApiKeys
constexpr std::int16_t kEndTxn = 26;
constexpr std::int16_t kInitProducerId = 22;

class SomeNumber : public Random {
  double Uniform() override {
    std::random_device device;
    return device() / 4294967296.0;
  }
};

// A slot in a topic, and a wait for what it tells.
class Owner {
 public:
  explicit Owner(const KafkaStateConfig& config, bool kept = false,
                 KafkaCommitLog::Witnesses witnesses = {}) {
    auto made = KafkaCommitLog::Create(
        config, 0, [this](std::string_view line) { Hear(line); }, kept, std::move(witnesses));
    if (!made) FAIL(made.error().message);
    log = std::move(made).value();
    slot = std::make_unique<Slot>(
        *log, random_,
        Slot::Hearers{[this] { Hear(""); }, [this](std::string_view line) { Hear(line); }});
    slot->Open();
  }

  bool Becomes(Phase phase, std::chrono::seconds patience = 30s) {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, patience, [&] { return slot->phase() == phase; });
  }

  Result<void> Commit(std::vector<SinkBatch*> batches, std::vector<StateChange> changes) {
    std::promise<Result<void>> promise;
    slot->CommitWith(batches, std::move(changes),
                     [&promise](Result<void> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  Texts Keys() const { return slot->Keys("").value(); }

  std::string words() const {
    const std::lock_guard lock(mutex_);
    return words_;
  }

 private:
  void Hear(std::string_view line) {
    {
      const std::lock_guard lock(mutex_);
      words_ += std::string(line) + '\n';
    }
    heard_.notify_all();
  }

  SomeNumber random_;
  mutable std::mutex mutex_;
  std::condition_variable heard_;
  std::string words_;

 public:
  std::unique_ptr<Slot> slot;
  std::unique_ptr<KafkaCommitLog> log;  // destroyed before the slot
};

class KafkaStateTest {
 protected:
  KafkaStateTest() {
    kafka_.CreateTopic("events", 2);
    kafka_.CreateTopic("state", 1);
    config_.sink.name = "lake";
    config_.sink.brokers = kafka_.brokers();
    config_.sink.topic = "events";
    config_.topic = "state";
    config_.streams = {{"acme", "audit"}};
  }

  std::unique_ptr<Owner> Open() {
    auto owner = std::make_unique<Owner>(config_);
    REQUIRE(owner->Becomes(Phase::kOwned));
    return owner;
  }

  MockKafka kafka_;
  KafkaStateConfig config_;
};

}  // namespace

TEST_CASE_METHOD(KafkaStateTest, "what an owner commits the next one reads") {
  SampleBatch sample(100);
  {
    const auto first = Open();
    CHECK(first->Keys().empty());
    CHECK(first->slot->Takes(sample.batch));
    CHECK(first->Commit({&sample.batch}, {{"b", "2"}, {"a", "1"}, {"c", std::string("\0x", 2)}}));
    CHECK(sample.Count(OutcomeKind::kDelivered) == 100);
    CHECK(first->Commit({}, {{"b", std::nullopt}, {"a", "changed"}}));
    CHECK(first->Keys() == Texts{"a", "c"});
    CHECK(first->slot->bytes() == 1 + 7 + 1 + 2);
  }
  CHECK(kafka_.Read("events", 2, 100).size() == 100);
  const auto second = Open();
  CHECK(second->Keys() == Texts{"a", "c"});
  CHECK(second->slot->Scan("a").value()[0].value == "changed");
  CHECK(second->slot->Scan("c").value()[0].value == std::string("\0x", 2));
  CHECK(second->slot->bytes() == 1 + 7 + 1 + 2);
}

TEST_CASE_METHOD(KafkaStateTest,
                 "a transaction takes what is ready when it begins, and what follows") {
  SampleBatch first(3);
  SampleBatch ready(2);
  SampleBatch follows(4);
  auto owner = Open();
  int asked = 0;
  std::promise<Result<void>> promise;
  owner->slot->CommitGathering(
      {&first.batch}, {{"a", "1"}},
      [&] {
        switch (++asked) {
          case 1:
            return StateStore::Addition{{&ready.batch}, {{"b", "1"}}};
          case 2:
            return StateStore::Addition{{&follows.batch}, {{"c", "1"}, {"a", "2"}}};
          default:
            return StateStore::Addition();
        }
      },
      [&promise](Result<void> result) { promise.set_value(std::move(result)); });
  CHECK(promise.get_future().get());
  CHECK(first.Count(OutcomeKind::kDelivered) == 3);
  CHECK(ready.Count(OutcomeKind::kDelivered) == 2);
  CHECK(follows.Count(OutcomeKind::kDelivered) == 4);
  CHECK(asked > 2);
  owner.reset();
  owner = Open();
  CHECK(owner->Keys() == Texts{"a", "b", "c"});
  CHECK(owner->slot->Scan("a").value()[0].value == "2");
}

TEST_CASE_METHOD(KafkaStateTest, "a load sees the commits made before it") {
  const auto owner = Open();
  owner->slot->Commit({{"ids/1", "x"}, {"ids/2", "y"}, {"other", "z"}}, [](const Result<void>&) {});
  std::promise<Result<std::vector<StateEntry>>> promise;
  owner->slot->Load({"ids/2", "ids/1"},
                    [&promise](auto loaded) { promise.set_value(std::move(loaded)); });
  const auto loaded = promise.get_future().get();
  REQUIRE(loaded);
  REQUIRE(loaded->size() == 2);
  CHECK((*loaded)[0].value == "y");
}

TEST_CASE_METHOD(KafkaStateTest, "answers that pass are asked for again") {
  for (const std::int16_t request : {kInitProducerId, kAddPartitionsToTxn, kEndTxn}) {
    INFO(request);
    kafka_.Answer(request, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                            RD_KAFKA_RESP_ERR_NOT_COORDINATOR});
    SampleBatch sample(3);
    const auto owner = Open();
    CHECK(owner->Commit({&sample.batch}, {{"a", "1"}}));
    CHECK(sample.Count(OutcomeKind::kDelivered) == 3);
  }
}

TEST_CASE_METHOD(KafkaStateTest, "a commit that is aborted is handed back, and can be made again") {
  const auto owner = Open();
  SampleBatch sample(3);
  kafka_.Answer(kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const auto failed = owner->Commit({&sample.batch}, {{"a", "1"}});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::kRetry);
  CHECK(sample.Count(OutcomeKind::kUndecided) == 3);
  CHECK(owner->Keys().empty());
  CHECK(owner->Commit({&sample.batch}, {{"a", "1"}}));
  CHECK(owner->Keys() == Texts{"a"});
}

TEST_CASE_METHOD(KafkaStateTest, "why a transaction cannot be is told, also where it ends badly") {
  const auto owner = Open();
  SampleBatch sample(3);
  // What was never begun at the coordinator cannot be aborted there: the producer is at its end.
  kafka_.Answer(kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  kafka_.Answer(kEndTxn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE});
  const auto failed = owner->Commit({&sample.batch}, {{"a", "1"}});
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().message,
             Catch::Contains("; grant this user WRITE and DESCRIBE on the topic"));
  CHECK(sample.Count(OutcomeKind::kUndecided) == 3);
  CHECK(owner->Commit({&sample.batch}, {{"a", "1"}}));
  CHECK(sample.Count(OutcomeKind::kDelivered) == 3);
  CHECK(owner->Keys() == Texts{"a"});
}

TEST_CASE_METHOD(KafkaStateTest, "a partition that was kept and holds nothing is missed") {
  Owner owner(config_, true);
  for (int seconds = 0; seconds < 30 && !owner.log->Trouble(); ++seconds) {
    CHECK_FALSE(owner.Becomes(Phase::kOwned, 1s));
  }
  CHECK(owner.slot->phase() == Phase::kOpening);
  const auto trouble = owner.log->Trouble();
  REQUIRE(trouble);
  CHECK_THAT(trouble->message, Catch::Contains("topic state is missing or empty") &&
                                   Catch::Contains("state import of an export"));
  {
    Owner import(config_);
    REQUIRE(import.Becomes(Phase::kOwned));
    REQUIRE(import.Commit({}, {{"a", "1"}}));
  }
  REQUIRE(owner.Becomes(Phase::kOwned));
  CHECK(owner.Keys() == Texts{"a"});
  CHECK_FALSE(owner.log->Trouble());
}

TEST_CASE_METHOD(KafkaStateTest, "a witness is committed with its change") {
  kafka_.CreateTopic("slots", 1);
  KafkaStateConfig slots = config_;
  slots.topic = "slots";
  {
    Owner owner(slots, false, [](const StateChange& change) -> std::optional<KafkaWitness> {
      if (change.key != "placement/acme") return std::nullopt;
      return KafkaWitness{"state", 0, "slot/placed/acme", "here"};
    });
    REQUIRE(owner.Becomes(Phase::kOwned));
    REQUIRE(owner.Commit({}, {{"placement/acme", "1"}, {"other", "2"}}));
    CHECK(owner.Keys() == Texts{"other", "placement/acme"});
  }
  const auto seen = kafka_.Read("state", 1, 1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].key == "slot/placed/acme");
  // That is enough not to be missed.
  Owner owner(config_, true);
  CHECK(owner.Becomes(Phase::kOwned));
}

TEST_CASE_METHOD(KafkaStateTest,
                 "a record too large for librdkafka is named, and nothing committed") {
  const auto owner = Open();
  SampleBatch sample(3);
  const std::string large(1'100'000, 'x');
  sample.Add("huge", "ann@corp.example", large);
  SampleBatch other(2);
  const auto refused = owner->Commit({&sample.batch, &other.batch}, {{"a", "1"}});
  REQUIRE_FALSE(refused);
  REQUIRE(sample.batch.rejections.size() == 1);
  CHECK(sample.batch.rejections[0].index == 3);
  CHECK(sample.batch.rejections[0].reason == "too_large");
  CHECK(sample.Count(OutcomeKind::kUndecided) == 3);
  CHECK(other.Count(OutcomeKind::kUndecided) == 2);
  CHECK(owner->Keys().empty());
  CHECK(owner->Commit({&sample.batch, &other.batch}, {{"a", "1"}}));
  CHECK(sample.Count(OutcomeKind::kDelivered) == 3);
}

TEST_CASE_METHOD(KafkaStateTest, "records that a broker refuses are found among the others") {
  const auto owner = Open();
  SampleBatch sample(8);
  SampleBatch other(3);
  // The whole request, one half of it, a half of that, and the one that is to blame.
  kafka_.AnswerProduce({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  const auto refused = owner->Commit({&sample.batch}, {{"a", "1"}});
  if (!refused) {
    INFO(refused.error().message);
    CHECK_FALSE(sample.batch.rejections.empty());
    CHECK(owner->Commit({&sample.batch, &other.batch}, {{"a", "1"}}));
  }
  CHECK(sample.Count(OutcomeKind::kUndecided) == 0);
  CHECK(owner->Keys() == Texts{"a"});
}

TEST_CASE_METHOD(KafkaStateTest, "a topic of something else is no state") {
  {
    KafkaStateConfig events = config_;
    events.sink.topic = "state";
    events.sink.key = KafkaKey::kNone;
    events.topic = "events";
    SampleBatch sample(3);
    Owner writer(events);
    REQUIRE(writer.Becomes(Phase::kOwned));
    REQUIRE(writer.Commit({&sample.batch}, {}));
  }
  Owner reader(config_);
  REQUIRE(reader.Becomes(Phase::kFailed));
  CHECK_THAT(reader.slot->error()->message,
             Catch::Contains("name a topic of its own as state.topic"));
}

// As a leader answers that has been replaced: what it shows ends before what was committed last.
TEST_CASE_METHOD(KafkaStateTest, "no end is told before the owner's own mark is seen") {
  Texts kept;  // of the log's messages: a mark in its order, and no entry of the state
  {
    auto owner = Open();
    REQUIRE(owner->Commit({}, {{"a", "1"}}));
    CHECK(owner->Keys() == Texts{"a"});
  }
  const auto read = [this, &kept](const KafkaLogMark& mark) -> Result<std::int64_t> {
    auto reader = KafkaLogReader::Begin(config_, 0, mark);
    if (!reader) return reader.error();
    kept.clear();
    while (true) {
      auto piece = (*reader)->Next([] { return true; });
      if (!piece) return piece.error();
      for (const StateChange& change : piece->changes) kept.push_back(change.key);
      if (piece->end) return *piece->end;
    }
  };
  const auto end = EndOfPartition(config_, 0);
  REQUIRE(end);
  const auto unmarked = read({});
  REQUIRE(unmarked);
  CHECK(*unmarked >= *end);
  CHECK(kept == Texts{"a", "slot/commit"});

  const auto replaced = read({"a mark that this leader does not have", *end, 300ms});
  REQUIRE_FALSE(replaced);
  CHECK(replaced.error().kind == ErrorKind::kRetry);
  CHECK_THAT(replaced.error().message, Catch::Contains("may have been replaced"));
  // An earlier end is where somebody's transaction is open: that is told.
  CHECK(read({"another mark", *unmarked + 1, 300ms}));
}

TEST_CASE_METHOD(KafkaStateTest, "brokers that are away are told, and waited for") {
  kafka_.SetDown(true);
  Owner owner(config_);
  CHECK_FALSE(owner.Becomes(Phase::kOwned, 5s));
  const auto trouble = owner.log->Trouble();
  REQUIRE(trouble);
  CHECK_THAT(trouble->message, Catch::Contains("topic state") && Catch::Contains("; "));
  CHECK_FALSE(owner.slot->Keys(""));
  kafka_.SetDown(false);
  CHECK(owner.Becomes(Phase::kOwned));
  CHECK_FALSE(owner.log->Trouble());
}

TEST_CASE_METHOD(KafkaStateTest, "what is under way when it is closed ends with an error") {
  auto owner = Open();
  kafka_.SetDown(true);
  SampleBatch sample(3);
  std::promise<Result<void>> promise;
  owner->slot->CommitWith({&sample.batch}, {{"a", "1"}}, [&promise](Result<void> result) {
    promise.set_value(std::move(result));
  });
  const auto begun = std::chrono::steady_clock::now();
  owner->log.reset();
  CHECK(std::chrono::steady_clock::now() - begun < 4s);
  CHECK_FALSE(promise.get_future().get());
  CHECK(sample.Count(OutcomeKind::kUndecided) == 3);
}

}  // namespace nsf
