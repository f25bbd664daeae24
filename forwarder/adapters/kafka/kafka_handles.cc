// SPDX-License-Identifier: Apache-2.0
// librdkafka's configuration.
#include "adapters/kafka/kafka_handles.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "adapters/kafka/reserved_properties.h"

namespace nsf {
namespace {

using Property = std::pair<const char*, const char*>;

constexpr std::array<Property, 8> kDefaults{{
    {"client.id", "netskope-forwarder"},
    {"linger.ms", "5"},
    {"batch.size", "1000000"},
    // As many as a batch has: a longer queue falls out of the CPU's caches.
    {"queue.buffering.max.messages", "10000"},
    // While a broker is away librdkafka goes on by itself, with the sequence numbers that keep the
    // broker from taking a message twice. Only after this time the batch is given back, and a
    // message whose acknowledgement was lost may then be produced again.
    {"message.timeout.ms", "120000"},
    // Soon after the brokers are back; librdkafka's own 10 s are long for an outage of one.
    {"reconnect.backoff.max.ms", "3000"},
    {"socket.keepalive.enable", "true"},
    // As Java's clients do it, so that joins with their topics line up.
    {"partitioner", "murmur2_random"},
}};

constexpr std::array<Property, 3> kGuarantee{{
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"log.queue", "true"},  // log lines come with the reports, in the sink's thread
}};

std::string Joined(const std::vector<std::string>& brokers) {
  std::string joined;
  for (const std::string& broker : brokers) joined += (joined.empty() ? "" : ",") + broker;
  return joined;
}

// Nothing, or why not. librdkafka's words repeat the value.
std::optional<std::string> Set(rd_kafka_conf_t* conf, const std::string& name,
                               const std::string& value) {
  std::array<char, 512> why{};
  const auto outcome = rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size());
  if (outcome == RD_KAFKA_CONF_OK) return std::nullopt;
  if (outcome == RD_KAFKA_CONF_UNKNOWN) {
    return "the property " + name + " is unknown to librdkafka " + rd_kafka_version_str() +
           "; look it up in its list of properties";
  }
  if (IsSecretKafkaProperty(name)) return "the value of the property " + name + " is refused";
  return "the property " + name + ": " + why.data();
}

std::optional<std::string> SetByUser(rd_kafka_conf_t* conf, const std::string& name,
                                     const std::string& value) {
  const std::string_view reserved = WhyReservedKafkaProperty(name);
  if (!reserved.empty()) return "the property " + name + ' ' + std::string(reserved);
  const std::string_view refused = WhyRefusedKafkaValue(name, value);
  if (!refused.empty()) return "the property " + name + ' ' + std::string(refused);
  return Set(conf, name, value);
}

Error Wrong(const KafkaSinkConfig& config, const std::string& what) {
  return {ErrorKind::kConfiguration, "sink " + config.name + ": " + what};
}

// The user's properties and the brokers, after what is there: the last word is `own`'s.
Result<void> Complete(rd_kafka_conf_t* conf, const KafkaSinkConfig& config,
                      const KafkaProperties& own) {
  if (config.brokers.empty()) {
    return Wrong(config, "brokers: there is none; write at least one host:port");
  }
  for (const auto& [name, value] : config.properties) {
    if (auto why = SetByUser(conf, name, value)) return Wrong(config, *why);
  }
  const KafkaLogin::Values login = config.login->Get();
  KafkaProperties last = own;
  if (login.version > 0) {
    last["sasl.username"] = login.username;
    last["sasl.password"] = login.password;
  }
  for (const auto& [name, value] : last) {
    if (auto why = Set(conf, name, value)) return Wrong(config, *why);
  }
  if (auto why = Set(conf, "bootstrap.servers", Joined(config.brokers))) {
    return Wrong(config, *why);
  }
  return {};
}

}  // namespace

Result<KafkaConf> MakeProducerConf(const KafkaSinkConfig& config, const KafkaProperties& own) {
  KafkaConf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : kDefaults) {
    if (auto why = Set(conf.get(), name, value)) return Wrong(config, *why);
  }
  Set(conf.get(), "compression.type", "lz4");  // a librdkafka built without it sends as it is
  KafkaProperties last = own;
  last.insert(kGuarantee.begin(), kGuarantee.end());
  if (auto complete = Complete(conf.get(), config, last); !complete) return complete.error();
  return conf;
}

Result<KafkaConf> MakeConsumerConf(const KafkaSinkConfig& config, const KafkaProperties& own) {
  KafkaConf conf(rd_kafka_conf_new());
  // It complains of each property that is a producer's, and tells of errors in its answers.
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int, const char*, void*) {});
  Set(conf.get(), "client.id", kDefaults[0].second);
  // As a producer does it: slots are not this instance's again before the group is heard of.
  Set(conf.get(), "reconnect.backoff.max.ms", "3000");
  if (auto complete = Complete(conf.get(), config, own); !complete) return complete.error();
  return conf;
}

void TakeUpLogin(rd_kafka_t* client, const KafkaSinkConfig& config, std::uint64_t* version) {
  const KafkaLogin::Values login = config.login->Get();
  if (login.version == *version) return;
  *version = login.version;
  const KafkaError error(
      rd_kafka_sasl_set_credentials(client, login.username.c_str(), login.password.c_str()));
}

std::string WithoutSecrets(std::string text, const KafkaSinkConfig& config) {
  const auto blot_out = [&text](const std::string& secret) {
    if (secret.empty()) return;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
      text.replace(at, secret.size(), "***");
    }
  };
  for (const auto& [name, value] : config.properties) {
    if (IsSecretKafkaProperty(name)) blot_out(value);
  }
  blot_out(config.login->Get().password);
  return text;
}

}  // namespace nsf
