// SPDX-License-Identifier: Apache-2.0
// The Kafka sink against mock brokers: what arrives, what is refused, and what an outage leaves.
#include "adapters/kafka/kafka_sink.h"

#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "mock_kafka.h"
#include "sample_batch.h"

namespace nsf {
namespace {

using namespace std::chrono_literals;

constexpr int kPartitions = 3;

// What the sink logs, from its own thread.
class Heard {
 public:
  KafkaLog log() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      text_ += std::string(line) + '\n';
    };
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class KafkaTest {
 protected:
  explicit KafkaTest(int brokers = 1) : kafka_(brokers) {
    kafka_.CreateTopic("events", kPartitions);
    config_.name = "lake";
    config_.brokers = kafka_.brokers();
    config_.topic = "events";
  }

  std::unique_ptr<KafkaSink> MakeSink() {
    auto made = KafkaSink::Create(config_, heard_.log());
    if (!made) FAIL(made.error().message);
    return std::move(made).value();
  }

  std::vector<SeenMessage> Read(std::size_t count) const {
    return kafka_.Read("events", kPartitions, count);
  }

  MockKafka kafka_;
  Heard heard_;
  KafkaSinkConfig config_;
};

void CheckUndecided(const std::optional<Error>& error, const std::string& says) {
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK_THAT(error->message, Catch::Contains(says));
}

// Published again and again, as a stream does.
bool PublishedInTime(Sink& sink, SampleBatch& sample) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (!Publication(sink, sample).Outcome()) return true;
  }
  return false;
}

// Java's Utils.murmur2, with which its default partitioner hashes keys.
std::int32_t PartitionInJava(const std::string& key, std::uint32_t partitions) {
  constexpr std::uint32_t kM = 0x5bd1e995;
  const auto byte = [&key](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i]));
  };
  std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(key.size());
  const std::size_t whole = key.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    std::uint32_t k = byte(i) | byte(i + 1) << 8U | byte(i + 2) << 16U | byte(i + 3) << 24U;
    k *= kM;
    k ^= k >> 24U;
    k *= kM;
    hash = hash * kM ^ k;
  }
  for (std::size_t i = key.size(); i-- > whole;) hash ^= byte(i) << 8U * (i - whole);
  if (whole < key.size()) hash *= kM;
  hash ^= hash >> 13U;
  hash *= kM;
  hash ^= hash >> 15U;
  return static_cast<std::int32_t>((hash & 0x7fffffffU) % partitions);
}

}  // namespace

TEST_CASE_METHOD(KafkaTest, "every record is delivered as it was given, in order of its key") {
  SampleBatch sample(2000);
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  CHECK(sample.Count(OutcomeKind::kDelivered) == 2000);
  CHECK(sink->guarantee().at_least_once);

  const auto seen = Read(2000);
  REQUIRE(seen.size() == 2000);
  std::map<std::string, std::vector<std::string>> by_user;
  for (const SeenMessage& message : seen) by_user[message.key].push_back(message.value);
  std::map<std::string, std::vector<std::string>> expected;
  for (const Record& record : sample.batch.records) {
    expected[std::string(record.user)].emplace_back(record.value);
  }
  CHECK(by_user == expected);
}

TEST_CASE_METHOD(KafkaTest, "a message carries CloudEvents headers and the event's time") {
  SampleBatch sample;
  sample.Add("e1", "ann@corp.example", "{}");
  const auto [format, type, content] = GENERATE(table<Format, std::string, std::string>(
      {{Format::kRaw, "audit.v1", "application/json"},
       {Format::kOcsf, "audit.ocsf.v1", "application/json"},
       {Format::kEcs, "audit.ecs.v1", "application/json"},
       {Format::kCef, "audit.cef.v1", "text/plain; charset=utf-8"},
       {Format::kLeef, "audit.leef.v1", "text/plain; charset=utf-8"}}));
  sample.batch.format = format;
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  const auto seen = Read(1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].timestamp_ms == 1'760'000'000'000);
  CHECK(seen[0].headers == std::map<std::string, std::string>{
                               {"ce_specversion", "1.0"},
                               {"ce_id", "e1"},
                               {"ce_source", "/netskope/acme/events/audit"},
                               {"ce_type", "com.netskope." + type},
                               {"ce_time", "2025-10-09T08:53:20Z"},
                               {"ce_subject", "ann@corp.example"},
                               {"content-type", content},
                               {"tenant", "acme"},
                               {"ocsf_class_uid", "3002"},
                           });
}

TEST_CASE_METHOD(KafkaTest, "what an event lacks is left out, not made up") {
  SampleBatch sample;
  sample.Add("e1", "", "{}").time = WallSeconds();
  sample.Add("e1", "", "{}").time =
      WallSeconds(std::chrono::seconds(GENERATE(999'999'999'999, -999'999'999'999)));
  const auto sink = MakeSink();
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  const auto seen = Read(2);
  REQUIRE(seen.size() == 2);
  for (const SeenMessage& message : seen) {
    CHECK(message.headers.count("ce_subject") == 0);
    CHECK(message.headers.count("ce_time") == 0);
    CHECK(std::chrono::milliseconds(message.timestamp_ms) >= before - 1s);
    CHECK(std::chrono::milliseconds(message.timestamp_ms) <= before + 60s);
  }
}

TEST_CASE_METHOD(KafkaTest, "the key is what the configuration says, and finds Java's partition") {
  struct Case {
    KafkaKey key;
    std::string user;
    std::string id;
    std::string expected;
  };
  const Case row =
      GENERATE(Case{KafkaKey::kUser, "ann@corp.example", "e1", "ann@corp.example"},
               Case{KafkaKey::kUser, "", "e1", "e1"}, Case{KafkaKey::kId, "ann", "e1-é", "e1-é"},
               Case{KafkaKey::kId, "ann", std::string("a\0b", 3), std::string("a\0b", 3)},
               Case{KafkaKey::kTenant, "ann", "e1", "acme"}, Case{KafkaKey::kNone, "ann", "e1", ""},
               Case{KafkaKey::kUser, "", "", ""});
  config_.key = row.key;
  SampleBatch sample;
  sample.Add(row.id, row.user, "{}");
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  const auto seen = Read(1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].has_key == !row.expected.empty());
  CHECK(seen[0].key == row.expected);
  if (seen[0].has_key) CHECK(seen[0].partition == PartitionInJava(row.expected, kPartitions));
}

TEST_CASE_METHOD(KafkaTest, "the topic is the tenant's and the stream's where it says so") {
  config_.topic = "lake.{tenant}.{stream}.{tenant}";
  kafka_.CreateTopic("lake.acme.audit.acme", 1);
  SampleBatch sample(1);
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  CHECK(kafka_.Read("lake.acme.audit.acme", 1, 1).size() == 1);
}

TEST_CASE_METHOD(KafkaTest, "only what is undecided is sent") {
  SampleBatch sample(4);
  sample.batch.outcomes[1] = OutcomeKind::kDelivered;
  sample.batch.outcomes[3] = OutcomeKind::kRejected;
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  CHECK(sample.batch.outcomes[3] == OutcomeKind::kRejected);
  std::set<std::string> ids;
  for (const SeenMessage& message : Read(2)) ids.insert(message.headers.at("ce_id"));
  CHECK(ids == std::set<std::string>{"id-0", "id-2"});
}

TEST_CASE_METHOD(KafkaTest, "with nothing to send it is done at once") {
  const auto sink = MakeSink();
  SampleBatch first(1);
  REQUIRE_FALSE(Publication(*sink, first).Outcome());
  // The thread waits for reports now, and there are none to come.
  SampleBatch sample;
  Publication publication(*sink, sample);
  CHECK(publication.IsDone(500ms));
  CHECK_FALSE(publication.Outcome());
}

TEST_CASE_METHOD(KafkaTest, "a record larger than a message may be is refused, the rest goes on") {
  config_.properties["message.max.bytes"] = "2000";
  SampleBatch sample;
  sample.Add("small", "ann", std::string(1000, 'a'));
  sample.Add("large", "ann", std::string(2000, 'b'));
  sample.Add("small too", "ann", std::string(1000, 'c'));
  const auto sink = MakeSink();
  Publication publication(*sink, sample);
  CHECK(publication.IsDone(5s));
  REQUIRE_FALSE(publication.Outcome());
  CHECK(sample.Count(OutcomeKind::kDelivered) == 2);
  REQUIRE(sample.batch.rejections.size() == 1);
  CHECK(sample.batch.outcomes[1] == OutcomeKind::kRejected);
  CHECK(sample.batch.rejections[0].index == 1);
  CHECK(sample.batch.rejections[0].reason == "too_large");
  CHECK_THAT(sample.batch.rejections[0].detail,
             Catch::Contains("message.max.bytes") && Catch::Contains("2000"));
}

TEST_CASE_METHOD(KafkaTest, "a request that is refused costs none of its records") {
  const auto code = GENERATE(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_RECORD,
                             RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP);
  kafka_.AnswerProduce(std::vector<rd_kafka_resp_err_t>(8, code));
  SampleBatch sample(500);
  const auto sink = MakeSink();
  Publication publication(*sink, sample);
  CHECK(publication.IsDone(5s));  // the halves follow one another without a pause
  REQUIRE_FALSE(publication.Outcome());
  CHECK(sample.batch.rejections.empty());
  CHECK(sample.Count(OutcomeKind::kDelivered) == 500);
  CHECK(Read(500).size() == 500);
}

TEST_CASE_METHOD(KafkaTest, "a record that is refused alone is rejected, with the reason") {
  struct Case {
    rd_kafka_resp_err_t code;
    std::string reason;
  };
  const Case row = GENERATE(Case{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "too_large"},
                            Case{RD_KAFKA_RESP_ERR_INVALID_RECORD, "invalid"});
  kafka_.AnswerProduce({row.code, row.code});
  SampleBatch sample(1);
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  REQUIRE(sample.batch.rejections.size() == 1);
  CHECK(sample.batch.rejections[0].reason == row.reason);
  CHECK(sample.batch.outcomes[0] == OutcomeKind::kRejected);
}

TEST_CASE_METHOD(KafkaTest, "a broker that refuses the event's time gets it with its own") {
  kafka_.AnswerProduce({RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP});
  SampleBatch sample(1);
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  const auto seen = Read(1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].timestamp_ms > 1'760'000'000'000);
  CHECK(seen[0].headers.at("ce_time") == "2025-10-09T08:53:20Z");
}

TEST_CASE_METHOD(KafkaTest, "passing errors of a broker are no affair of the caller's") {
  kafka_.AnswerProduce({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT,
                        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  SampleBatch sample(100);
  const auto sink = MakeSink();
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  CHECK(Read(100).size() == 100);
}

TEST_CASE_METHOD(KafkaTest, "an outage is told while it lasts, and leaves records undecided") {
  config_.properties["message.timeout.ms"] = "1500";
  const auto sink = MakeSink();
  SampleBatch first(1);
  REQUIRE_FALSE(Publication(*sink, first).Outcome());
  CHECK_FALSE(sink->Trouble());

  kafka_.SetDown(true);
  SampleBatch sample(50);
  Publication during(*sink, sample);
  bool told = false;
  while (!during.IsDone(20ms)) told |= sink->Trouble().has_value();
  CHECK(told);
  CheckUndecided(during.Outcome(), "50 of 50 records");
  CHECK(sample.Count(OutcomeKind::kUndecided) == 50);
  CHECK(sample.batch.rejections.empty());

  kafka_.SetDown(false);
  REQUIRE(PublishedInTime(*sink, sample));
  CHECK(sample.Count(OutcomeKind::kDelivered) == 50);
  kafka_.SetRoundTrip(300ms);
  SampleBatch slow(1);
  Publication waiting(*sink, slow);
  CHECK_FALSE(waiting.IsDone(100ms));
  CHECK_FALSE(sink->Trouble());  // slow is not away
  REQUIRE_FALSE(waiting.Outcome());
  CHECK(Read(52).size() == 52);
}

TEST_CASE_METHOD(KafkaTest, "an outage shorter than the patience is not even told to the caller") {
  const auto sink = MakeSink();
  SampleBatch first(1);
  REQUIRE_FALSE(Publication(*sink, first).Outcome());
  kafka_.SetDown(true);
  SampleBatch sample(50);
  Publication during(*sink, sample);
  CHECK_FALSE(during.IsDone(1500ms));
  kafka_.SetDown(false);
  REQUIRE_FALSE(during.Outcome());
  CHECK(Read(51).size() == 51);
}

TEST_CASE_METHOD(KafkaTest, "a topic that is missing or forbidden: undecided, with the next step") {
  struct Case {
    rd_kafka_resp_err_t code;
    std::string says;
  };
  const Case row = GENERATE(Case{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "create the topic"},
                            Case{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "grant"});
  config_.properties["topic.metadata.propagation.max.ms"] = "0";
  config_.properties["message.timeout.ms"] = "6000";
  kafka_.AnswerTopic("events", row.code);
  SampleBatch sample(10);
  const auto sink = MakeSink();
  Publication publication(*sink, sample);
  std::string told;
  while (!publication.IsDone(20ms)) {
    if (const auto trouble = sink->Trouble()) told = trouble->message;
  }
  const auto error = publication.Outcome();
  CheckUndecided(error, row.says);
  CheckUndecided(error, "topic events");
  // librdkafka gives an unknown topic up at once, and waits for one that is forbidden.
  if (row.code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    CHECK_THAT(told, Catch::Contains("topic events") && Catch::Contains(row.says));
  }
  CHECK(sample.Count(OutcomeKind::kUndecided) == 10);

  kafka_.AnswerTopic("events", RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(PublishedInTime(*sink, sample));
  CHECK(sample.Count(OutcomeKind::kDelivered) == 10);
}

TEST_CASE_METHOD(KafkaTest, "a producer that failed for good is replaced") {
  const auto sink = MakeSink();
  SampleBatch first(1);
  REQUIRE_FALSE(Publication(*sink, first).Outcome());
  kafka_.AnswerProduce({RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  SampleBatch sample(100);
  const auto error = Publication(*sink, sample).Outcome();
  CheckUndecided(error, "records are not delivered");
  CHECK(sample.Count(OutcomeKind::kRejected) == 0);
  REQUIRE_FALSE(Publication(*sink, sample).Outcome());
  CHECK(sample.Count(OutcomeKind::kDelivered) == 100);
  CHECK_THAT(heard_.text(), Catch::Contains("made anew"));
}

TEST_CASE_METHOD(KafkaTest, "a short queue is back-pressure, and Publish does not wait for it") {
  config_.properties["queue.buffering.max.messages"] = "50";
  kafka_.SetRoundTrip(5ms);
  SampleBatch sample(5000);
  const auto sink = MakeSink();
  const auto begun = std::chrono::steady_clock::now();
  Publication publication(*sink, sample);
  CHECK(std::chrono::steady_clock::now() - begun < 200ms);
  REQUIRE_FALSE(publication.Outcome());
  CHECK(Read(5000).size() == 5000);
}

TEST_CASE_METHOD(KafkaTest, "several streams publish at the same time, one refused for a while") {
  kafka_.AnswerProduce({RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                        RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_INVALID_RECORD});
  const auto sink = MakeSink();
  constexpr std::size_t kStreams = 4;
  std::vector<std::thread> streams;
  std::vector<std::size_t> delivered(kStreams);
  for (std::size_t stream = 0; stream < kStreams; ++stream) {
    streams.emplace_back([&sink, &delivered, stream] {
      for (int round = 0; round < 5; ++round) {
        SampleBatch sample(300);
        if (!Publication(*sink, sample).Outcome()) {
          delivered[stream] += sample.Count(OutcomeKind::kDelivered);
        }
      }
    });
  }
  for (std::thread& stream : streams) stream.join();
  CHECK(delivered == std::vector<std::size_t>(kStreams, 1500));
}

TEST_CASE_METHOD(KafkaTest, "closing ends what is under way, and soon") {
  const bool answers = GENERATE(true, false);
  auto sink = MakeSink();
  SampleBatch first(1);
  REQUIRE_FALSE(Publication(*sink, first).Outcome());
  if (answers) {
    kafka_.SetRoundTrip(20s);
  } else {
    kafka_.SetDown(true);
  }
  SampleBatch one(3000);
  SampleBatch two(3000);
  Publication first_under_way(*sink, one);
  Publication second_under_way(*sink, two);
  CHECK_FALSE(first_under_way.IsDone(300ms));
  const auto begun = std::chrono::steady_clock::now();
  sink.reset();
  CHECK(std::chrono::steady_clock::now() - begun < 2500ms);
  REQUIRE(first_under_way.IsDone(0ms));
  REQUIRE(second_under_way.IsDone(0ms));
  CHECK(first_under_way.Outcome());
  CHECK(one.Count(OutcomeKind::kUndecided) == 3000);
  CHECK(two.Count(OutcomeKind::kUndecided) == 3000);
}

TEST_CASE("a broker that was never there is waited for") {
  KafkaSinkConfig config;
  config.name = "lake";
  config.brokers = {"127.0.0.1:1"};
  config.topic = "events";
  SampleBatch sample(1);  // outlives the sink
  auto sink = KafkaSink::Create(config, [](std::string_view) {});
  REQUIRE(sink);
  Publication publication(**sink, sample);
  std::optional<Error> trouble;
  for (int i = 0; !trouble && i < 250 && !publication.IsDone(20ms); ++i) {
    trouble = (*sink)->Trouble();
  }
  REQUIRE(trouble);
  CHECK_THAT(trouble->message, Catch::Contains("refused") && Catch::Contains("check that"));
}

}  // namespace nsf
