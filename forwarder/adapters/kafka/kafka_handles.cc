// SPDX-License-Identifier: Apache-2.0
// librdkafka's configuration.
#include "adapters/kafka/kafka_handles.h"

#include <array>
#include <string>
#include <utility>

namespace nsf {
namespace {

using Property = std::pair<const char*, const char*>;

constexpr std::array<Property, 6> kDefaults{{
    {"client.id", "netskope-forwarder"},
    {"compression.codec", "lz4"},
    {"linger.ms", "5"},
    {"batch.size", "1000000"},
    // While a broker is away librdkafka goes on by itself, with the sequence numbers that keep the
    // broker from taking a message twice. Only after this time the batch is given back, and a
    // message whose acknowledgement was lost may then be produced again.
    {"message.timeout.ms", "120000"},
    {"socket.keepalive.enable", "true"},
}};

constexpr std::array<Property, 5> kGuarantee{{
    {"enable.idempotence", "true"},
    {"acks", "all"},
    // As Java's clients do it, so that joins with their topics line up.
    {"partitioner", "murmur2_random"},
    {"delivery.report.only.error", "false"},
    {"log.connection.close", "false"},
}};

std::string Joined(const std::vector<std::string>& brokers) {
  std::string joined;
  for (const std::string& broker : brokers) joined += (joined.empty() ? "" : ",") + broker;
  return joined;
}

}  // namespace

Result<KafkaConf> MakeProducerConf(const KafkaSinkConfig& config) {
  KafkaConf conf(rd_kafka_conf_new());
  std::string failed;
  const auto set = [&conf, &failed](const std::string& name, const std::string& value) {
    char ignored[1];  // the library's text repeats the value
    const auto outcome =
        rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), ignored, sizeof ignored);
    if (outcome == RD_KAFKA_CONF_UNKNOWN) failed = name + " is not a property of librdkafka";
    if (outcome == RD_KAFKA_CONF_INVALID) failed = "the value of " + name + " is not one it takes";
  };
  for (const auto& [name, value] : kDefaults) set(name, value);
  for (const auto& [name, value] : config.properties) {
    if (failed.empty()) set(name, value);
  }
  for (const auto& [name, value] : kGuarantee) {
    if (failed.empty()) set(name, value);
  }
  if (failed.empty()) set("bootstrap.servers", Joined(config.brokers));
  if (!failed.empty()) {
    return Error{ErrorKind::kConfiguration,
                 "sink " + config.name + ": " + failed + "; mend it under `properties`"};
  }
  return conf;
}

}  // namespace nsf
