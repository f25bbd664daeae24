// SPDX-License-Identifier: Apache-2.0
#include "app/config/kafka_connections.h"

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

}  // namespace nsf
