// SPDX-License-Identifier: Apache-2.0
#include "app/config/kafka_connections.h"

#include <utility>
#include <variant>

namespace nsf {

KafkaSinkConfig KafkaSettingsOf(const std::string& name, const KafkaConfig& config) {
  KafkaSinkConfig kafka;
  kafka.name = name;
  kafka.brokers = config.brokers;
  kafka.topic = config.topic;
  kafka.key = config.key;
  for (const auto& [property, value] : config.properties) kafka.properties[property] = value;
  for (const auto& [property, secret] : config.secret_properties) {
    kafka.properties[property] = secret.value.Reveal();
  }
  return kafka;
}

KafkaSinkConfig DeadLetterKafkaSettings(const Config& config) {
  const SinkConfig& sink = KafkaSinkNamed(config, config.dead_letter.sink);
  KafkaSinkConfig kafka = KafkaSettingsOf("dead_letter", std::get<KafkaConfig>(sink.kind));
  kafka.topic = config.dead_letter.topic;
  return kafka;
}

std::optional<KafkaSinkConfig> DeadLetterConnection(const Config& config) {
  if (config.dead_letter.sink.empty()) return std::nullopt;
  return DeadLetterKafkaSettings(config);
}

KafkaStateConfig KafkaStateSettings(const Config& config) {
  KafkaStateConfig state;
  const SinkConfig& sink = KafkaSinkNamed(config, config.state.sink);
  state.sink = KafkaSettingsOf(sink.name, std::get<KafkaConfig>(sink.kind));
  state.topic = config.state.topic;
  state.slots = config.state.slots;
  state.instance = config.state.instance;
  state.session = config.state.session;
  if (config.dead_letter.sink == config.state.sink) {
    state.dead_letter = DeadLetterKafkaSettings(config);
  }
  for (const TenantConfig& tenant : config.tenants) {
    for (const std::string& stream : tenant.events) state.streams.push_back({tenant.name, stream});
  }
  return state;
}

void ChangeLogin(const KafkaSinkConfig& running, const KafkaSinkConfig& next) {
  const auto value = [](const KafkaSinkConfig& config, const char* name) {
    const auto found = config.properties.find(name);
    return found == config.properties.end() ? std::string() : found->second;
  };
  KafkaLogin::Values now = running.login->Get();
  if (now.version == 0) {
    now.username = value(running, "sasl.username");
    now.password = value(running, "sasl.password");
  }
  std::string username = value(next, "sasl.username");
  std::string password = value(next, "sasl.password");
  if (username == now.username && password == now.password) return;
  running.login->Change(std::move(username), std::move(password));
}

}  // namespace nsf
