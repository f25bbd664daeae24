// SPDX-License-Identifier: Apache-2.0
// The Kafka sink against librdkafka's mock of a cluster; the real broker is in tests/integration.
#include "adapters/kafka/kafka_sink.h"

#include <catch2/catch.hpp>
#include <mutex>

#include "contract/kafka/mock_cluster.h"
#include "support/published.h"

namespace nsf::test {
namespace {

using std::chrono::seconds;

KafkaSinkConfig Config(const MockCluster& cluster) {
  KafkaSinkConfig config;
  config.name = "lake";
  config.brokers = {cluster.bootstrap()};
  config.topic = "audit";
  return config;
}

std::unique_ptr<KafkaSink> Open(KafkaSinkConfig config) {
  auto sink = KafkaSink::Create(std::move(config), [](std::string_view) {});
  REQUIRE(sink);
  return std::move(sink).value();
}

TEST_CASE("a record is delivered with key, time and CloudEvents headers") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 3);
  auto sink = Open(Config(cluster));
  TextBatch batch({"one", "two"});
  batch.batch.records[1].user = "";
  batch.batch.records[1].class_uid = 3002;
  batch.batch.format = Format::kOcsf;
  CHECK_FALSE(Published(*sink, batch).Outcome());
  CHECK(batch.All(OutcomeKind::kDelivered));

  std::map<std::string, Consumed> read;
  for (Consumed& message : cluster.Read("audit", 2)) read[message.value] = message;
  REQUIRE(read.size() == 2);
  CHECK(read["one"].key == "one");
  CHECK(read["two"].key == "two");  // no user: the event id
  CHECK(read["one"].timestamp_ms == 1'760'000'000'000);
  CHECK(read["one"].headers ==
        std::map<std::string, std::string>{{"ce_specversion", "1.0"},
                                           {"ce_id", "one"},
                                           {"ce_source", "/netskope/acme/events/audit"},
                                           {"ce_type", "com.netskope.audit.ocsf"},
                                           {"ce_time", "2025-10-09T08:53:20Z"},
                                           {"ce_subject", "one"},
                                           {"content-type", "application/json"},
                                           {"tenant", "acme"},
                                           {"ocsf_class_uid", "0"}});
  CHECK(read["two"].headers.count("ce_subject") == 0);
  CHECK(read["two"].headers["ocsf_class_uid"] == "3002");
}

TEST_CASE("a key finds the partition that Java's clients would find") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 12);
  auto sink = Open(Config(cluster));
  TextBatch batch({"ana@corp.example", "21", "foobar", "a-little-bit-long-string"});
  CHECK_FALSE(Published(*sink, batch).Outcome());
  // murmur2 of the key, sign bit cleared, modulo 12; the hashes are those of Kafka's own tests
  // (UtilsTest.testMurmur2) but for the first.
  const std::map<std::string, int> partitions = {
      {"21", static_cast<int>((static_cast<unsigned>(-973932308) & 0x7fffffffU) % 12)},
      {"foobar", static_cast<int>((static_cast<unsigned>(-790332482) & 0x7fffffffU) % 12)},
      {"a-little-bit-long-string",
       static_cast<int>((static_cast<unsigned>(-985981536) & 0x7fffffffU) % 12)}};
  for (const Consumed& message : cluster.Read("audit", 4)) {
    const auto wanted = partitions.find(message.key);
    if (wanted != partitions.end()) CHECK(message.partition == wanted->second);
  }
}

TEST_CASE("a broker that is away delays, and is told meanwhile") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 1);
  auto sink = Open(Config(cluster));
  TextBatch first({"before"});
  CHECK_FALSE(Published(*sink, first).Outcome());
  cluster.Up(false);
  TextBatch batch({"one", "two"});
  Published published(*sink, batch);
  for (int i = 0; i < 300 && !sink->Trouble(); ++i)
    CHECK_FALSE(published.Ended(std::chrono::milliseconds(100)));
  REQUIRE(sink->Trouble());
  CHECK_THAT(sink->Trouble()->message, Catch::Contains("brokers"));
  cluster.Up(true);
  CHECK_FALSE(published.Outcome());
  CHECK_FALSE(sink->Trouble());
  CHECK(cluster.Read("audit", 3).size() == 3);
}

TEST_CASE("what cannot be delivered in time is given back undecided, and can be published again") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 1);
  KafkaSinkConfig config = Config(cluster);
  config.properties["message.timeout.ms"] = "1500";
  auto sink = Open(config);
  cluster.Up(false);
  TextBatch batch({"one", "two"});
  const auto error = Published(*sink, batch).Outcome();
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK_THAT(error->message, Catch::Contains("topic audit") && Catch::Contains("brokers"));
  CHECK(batch.All(OutcomeKind::kUndecided));
  cluster.Up(true);
  std::optional<Error> again = error;
  for (int i = 0; i < 10 && again; ++i) again = Published(*sink, batch).Outcome();
  CHECK_FALSE(again);
  CHECK(cluster.Read("audit", 2).size() == 2);
}

TEST_CASE("a record above the producer's limit is refused, its neighbours are delivered") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 1);
  KafkaSinkConfig config = Config(cluster);
  config.properties["message.max.bytes"] = "2000";
  auto sink = Open(config);
  TextBatch batch({"one", std::string(5'000, 'x'), "two"});
  batch.batch.records[1].event_id = batch.batch.records[1].user = "large";
  CHECK_FALSE(Published(*sink, batch).Outcome());
  CHECK(batch.batch.outcomes == std::vector<OutcomeKind>{OutcomeKind::kDelivered,
                                                         OutcomeKind::kRejected,
                                                         OutcomeKind::kDelivered});
  REQUIRE(batch.batch.rejections.size() == 1);
  CHECK(batch.batch.rejections[0].index == 1);
  CHECK(batch.batch.rejections[0].reason == "too_large");
}

TEST_CASE("a request that a broker refuses for one record is tried again record by record") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 1);
  auto sink = Open(Config(cluster));
  TextBatch first({"before"});
  CHECK_FALSE(Published(*sink, first).Outcome());
  cluster.RefuseProduce({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  TextBatch batch({"one", "two", "three"});
  const auto error = Published(*sink, batch).Outcome();
  REQUIRE(error);
  CHECK(batch.batch.rejections.empty());  // innocent until alone
  cluster.RefuseProduce({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  CHECK_FALSE(Published(*sink, batch).Outcome());
  REQUIRE(batch.batch.rejections.size() == 1);
  CHECK(batch.batch.rejections[0].index == 0);
  CHECK(batch.batch.outcomes[1] == OutcomeKind::kDelivered);
  CHECK(batch.batch.outcomes[2] == OutcomeKind::kDelivered);
}

TEST_CASE("a topic that may not be written to is told with the next step") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 1);
  auto sink = Open(Config(cluster));
  TextBatch first({"before"});
  CHECK_FALSE(Published(*sink, first).Outcome());
  cluster.RefuseProduce({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  TextBatch batch({"one"});
  const auto error = Published(*sink, batch).Outcome();
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("grant this user WRITE"));
  CHECK(batch.All(OutcomeKind::kUndecided));
  std::optional<Error> again = error;
  for (int i = 0; i < 5 && again; ++i) again = Published(*sink, batch).Outcome();
  CHECK_FALSE(again);
}

TEST_CASE("a property that librdkafka does not take is named, its value is not") {
  MockCluster cluster;
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"no.such.property", "hunter2"}, {"linger.ms", "hunter2"}}) {
    KafkaSinkConfig config = Config(cluster);
    config.properties[name] = value;
    const auto sink = KafkaSink::Create(config, [](std::string_view) {});
    REQUIRE_FALSE(sink);
    CHECK(sink.error().kind == ErrorKind::kConfiguration);
    CHECK_THAT(sink.error().message, Catch::Contains(name) && Catch::Contains("properties"));
    CHECK_THAT(sink.error().message, !Catch::Contains("hunter2"));
  }
}

TEST_CASE("a sink that is closed gives back what it holds") {
  MockCluster cluster;
  cluster.CreateTopic("audit", 1);
  auto sink = Open(Config(cluster));
  cluster.Up(false);
  TextBatch a({"one"}), b({"two"});
  Published first(*sink, a), second(*sink, b);
  const auto begun = std::chrono::steady_clock::now();
  sink.reset();
  CHECK(std::chrono::steady_clock::now() - begun < seconds(3));
  CHECK(first.Outcome());
  CHECK(second.Outcome());
  CHECK(a.All(OutcomeKind::kUndecided));
}

}  // namespace
}  // namespace nsf::test
