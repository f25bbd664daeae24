// SPDX-License-Identifier: Apache-2.0
// What a Kafka sink is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/kafka_login.h"

namespace nsf {

// What a record's key is: it decides the partition, and so what stays in order.
enum class KafkaKey : std::uint8_t {
  kUser,    // the event's user; the event id where there is none
  kId,      // the event id
  kTenant,  // all of a tenant in one partition
  kNone,    // spread
};

using KafkaProperties = std::map<std::string, std::string>;

struct KafkaSinkConfig {
  std::string name;                  // of the sink, for messages
  std::vector<std::string> brokers;  // "host:port"
  std::string topic;                 // may hold {tenant} and {stream}
  KafkaKey key = KafkaKey::kUser;
  // librdkafka's own, secrets among them: no value is ever repeated in a message.
  KafkaProperties properties;
  // Shared by all copies: what goes before sasl.username and sasl.password of the properties once
  // it was changed. Never null.
  std::shared_ptr<KafkaLogin> login = std::make_shared<KafkaLogin>();
};

struct KafkaStreamName {
  std::string tenant;
  std::string stream;
};

// The state as a topic, written in one transaction with the records of a sink.
struct KafkaStateConfig {
  KafkaSinkConfig sink;  // whose records they are, and whose connection is used
  std::string topic;     // of the state
  std::optional<KafkaSinkConfig> dead_letter;  // its topic, where refused records belong to it too
  std::vector<KafkaStreamName> streams;        // whose records they are
  // Among how many slots tenants are spread, when the topics are made.
  std::int32_t slots = 16;
  // Of this instance, and of no other that runs; empty: it has no name that lasts.
  std::string instance;
  std::chrono::milliseconds session{10'000};  // without a sign of life an instance is taken as gone
};

// An entry of another partition of another topic, committed with a change: docs/decisions/0029.
struct KafkaWitness {
  std::string topic;
  std::int32_t partition = 0;
  std::string key;
  std::string value;
};

// The topic whose partitions are the slots, as a state of its own: the placements are in it.
inline KafkaStateConfig SlotsTopicOf(const KafkaStateConfig& state) {
  KafkaStateConfig slots = state;
  slots.topic += ".slots";
  slots.dead_letter.reset();
  slots.streams.clear();
  return slots;
}

// Says what an operator wants to know; called on threads of the sink's own, never with a secret.
using KafkaLog = std::function<void(std::string_view message)>;

}  // namespace nsf
