// SPDX-License-Identifier: Apache-2.0
// Which properties a sink takes; and that no secret is ever repeated.
#include <array>
#include <catch2/catch.hpp>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_sink.h"
#include "adapters/kafka/reserved_properties.h"

namespace nsf {
namespace {

KafkaSinkConfig ConfigWith(const std::string& property, const std::string& value) {
  KafkaSinkConfig config;
  config.name = "lake";
  config.brokers = {"127.0.0.1:1"};
  config.topic = "events";
  config.properties[property] = value;
  return config;
}

std::optional<Error> RefusalOf(const KafkaSinkConfig& config) {
  auto made = KafkaSink::Create(config, [](std::string_view) {});
  if (made) return std::nullopt;
  return made.error();
}

std::string Effective(const KafkaSinkConfig& config, const char* property) {
  const auto conf = MakeProducerConf(config);
  char value[256] = "";
  std::size_t size = sizeof value;
  if (conf) rd_kafka_conf_get(conf->get(), property, value, &size);
  return value;
}

}  // namespace

TEST_CASE("what the guarantee rests on cannot be set") {
  const std::string property = GENERATE(
      "acks", "request.required.acks", "enable.idempotence", "enable.gapless.guarantee", "retries",
      "message.send.max.retries", "max.in.flight", "max.in.flight.requests.per.connection",
      "queuing.strategy", "transactional.id", "delivery.report.only.error", "bootstrap.servers",
      "metadata.broker.list", "plugin.library.paths", "test.mock.num.brokers", "log.queue");
  CHECK(IsReservedKafkaProperty(property));
  const auto error = RefusalOf(ConfigWith(property, "1"));
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kConfiguration);
  CHECK_THAT(error->message, Catch::Contains("sink lake") && Catch::Contains(property));
}

TEST_CASE("everything else is librdkafka's") {
  using Row = std::pair<std::string, std::string>;
  const Row row = GENERATE(Row{"compression.type", "zstd"}, Row{"linger.ms", "50"},
                           Row{"partitioner", "consistent"}, Row{"client.id", "forwarder-7"},
                           Row{"security.protocol", "sasl_ssl"}, Row{"sasl.mechanism", "PLAIN"},
                           Row{"message.timeout.ms", "30000"}, Row{"batch.size", "65536"});
  CHECK_FALSE(IsReservedKafkaProperty(row.first));
  CHECK(Effective(ConfigWith(row.first, row.second), row.first.c_str()) == row.second);
}

TEST_CASE("the defaults are those of the documentation") {
  using Row = std::pair<const char*, std::string>;
  const Row row = GENERATE(
      Row{"enable.idempotence", "true"}, Row{"acks", "-1"}, Row{"partitioner", "murmur2_random"},
      Row{"compression.type", "lz4"}, Row{"linger.ms", "5"}, Row{"batch.size", "1000000"},
      Row{"message.timeout.ms", "120000"}, Row{"client.id", "netskope-forwarder"},
      Row{"queue.buffering.max.messages", "10000"},
      Row{"enable.ssl.certificate.verification", "true"},
      Row{"ssl.endpoint.identification.algorithm", "https"});
  CHECK(Effective(ConfigWith("linger.ms", "5"), row.first) == row.second);
}

TEST_CASE("a value that would void the guarantee or the verification is refused") {
  using Row = std::pair<std::string, std::string>;
  const Row row = GENERATE(Row{"enable.ssl.certificate.verification", "false"},
                           Row{"enable.ssl.certificate.verification", "f"},
                           Row{"message.timeout.ms", "0"}, Row{"message.timeout.ms", "999"},
                           Row{"delivery.timeout.ms", "0"}, Row{"message.timeout.ms", "1e4"},
                           Row{"message.timeout.ms", ""}, Row{"message.timeout.ms", "-1"});
  const auto error = RefusalOf(ConfigWith(row.first, row.second));
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kConfiguration);
  CHECK_THAT(error->message, Catch::Contains(row.first));
}

TEST_CASE("a property that librdkafka refuses is named, with what it says") {
  const auto unknown = RefusalOf(ConfigWith("liner.ms", "5"));
  REQUIRE(unknown);
  CHECK_THAT(unknown->message, Catch::Contains("liner.ms is unknown to librdkafka"));
  const auto out_of_range = RefusalOf(ConfigWith("linger.ms", "1000000000"));
  REQUIRE(out_of_range);
  CHECK_THAT(out_of_range->message, Catch::Contains("linger.ms") && Catch::Contains("range"));
  const auto missing = RefusalOf(ConfigWith("ssl.ca.location", "/nonexistent/ca.pem"));
  // Without TLS the file is not even looked for.
  CHECK_FALSE(missing);
}

TEST_CASE("a sink without brokers is refused") {
  KafkaSinkConfig config = ConfigWith("linger.ms", "5");
  config.brokers.clear();
  const auto error = RefusalOf(config);
  REQUIRE(error);
  CHECK_THAT(error->message, Catch::Contains("brokers"));
}

TEST_CASE("a file of certificates that is not there is told at the start") {
  KafkaSinkConfig config = ConfigWith("security.protocol", "ssl");
  config.properties["ssl.ca.location"] = "/nonexistent/ca.pem";
  const auto error = RefusalOf(config);
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kConfiguration);
  CHECK_THAT(error->message, Catch::Contains("ssl.ca.location"));
}

TEST_CASE("secrets are known by their names") {
  for (const char* name :
       {"sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"}) {
    INFO(name);
    CHECK(IsSecretKafkaProperty(name));
  }
  for (const char* name : {"sasl.username", "ssl.key.location", "ssl.keystore.location",
                           "linger.ms", "security.protocol"}) {
    INFO(name);
    CHECK_FALSE(IsSecretKafkaProperty(name));
  }
}

TEST_CASE("no error repeats a secret") {
  struct Case {
    std::string property;
    std::map<std::string, std::string> others;
  };
  const std::string secret = "correct-horse-battery";
  const Case row = GENERATE(
      Case{"ssl.key.pem", {{"security.protocol", "ssl"}}},
      Case{"sasl.oauthbearer.config",
           {{"security.protocol", "sasl_plaintext"}, {"sasl.mechanism", "OAUTHBEARER"}}},
      Case{"ssl.keystore.password",
           {{"security.protocol", "ssl"}, {"ssl.keystore.location", "/nonexistent/store"}}});
  KafkaSinkConfig config = ConfigWith(row.property, secret);
  for (const auto& [name, value] : row.others) config.properties[name] = value;
  const auto error = RefusalOf(config);
  if (error) CHECK_THAT(error->message, !Catch::Contains(secret));
  CHECK(WithoutSecrets("x " + secret + secret + " y", config) == "x ****** y");
  config.login->Change("ann", "of-next-year");
  CHECK(WithoutSecrets("x of-next-year y " + secret, config) == "x *** y ***");
}

TEST_CASE("a login that was changed goes before that of the properties, in every copy") {
  KafkaSinkConfig config = ConfigWith("sasl.password", "of-last-year");
  config.properties["sasl.username"] = "forwarder";
  const KafkaSinkConfig copy = config;
  const auto password = [&copy](const char* name) {
    const auto conf = MakeProducerConf(copy);
    if (!conf) FAIL(conf.error().message);
    std::array<char, 64> text{};
    std::size_t size = text.size();
    REQUIRE(rd_kafka_conf_get(conf->get(), name, text.data(), &size) == RD_KAFKA_CONF_OK);
    return std::string(text.data());
  };
  CHECK(password("sasl.password") == "of-last-year");
  config.login->Change("other", "of-next-year");
  CHECK(password("sasl.password") == "of-next-year");
  CHECK(password("sasl.username") == "other");
}

}  // namespace nsf
