// SPDX-License-Identifier: Apache-2.0
// Whether brokers can be reached as the sink would reach them, and what its topics are like.
// Nothing is written, and no topic is created.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"

namespace nsf {

struct KafkaTopicFacts {
  enum class Access : std::uint8_t { kGranted, kMissing, kRefused, kUnknown };

  std::string name;
  Access access = Access::kUnknown;
  std::string words;         // kUnknown: the brokers' own
  std::size_t replicas = 0;  // of the partition that has the fewest
  // As the brokers use them ("max.message.bytes"); empty where this user may not read them.
  std::map<std::string, std::string> settings;
};

// Connects, logs in and asks for `topics`. Blocks for up to `patience`, less where it is plain that
// nobody will answer. kConfiguration: a property is wrong; kRetry: why no broker answers, and what
// to do.
Result<std::vector<KafkaTopicFacts>> ProbeKafka(const KafkaSinkConfig& config,
                                                const std::vector<std::string>& topics,
                                                std::chrono::milliseconds patience);

}  // namespace nsf
