// SPDX-License-Identifier: Apache-2.0
// What a record looks like on a topic: key, and headers as CloudEvents has them (Kafka protocol
// binding 1.0, binary mode), so that a consumer can route and recognize repeats without parsing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_reports.h"
#include "adapters/kafka/kafka_settings.h"
#include "ports/record.h"

namespace nsf {

// The topic of a batch: {tenant} and {stream} filled in.
std::string TopicOf(std::string_view pattern, const SinkBatch& batch);

// Whether a record's time is one that RFC 3339 can write, and not the epoch of one without.
bool HasTime(const Record& record);

// Empty: no key.
std::string_view KeyOf(KafkaKey key, const SinkBatch& batch, const Record& record);

// The headers of one batch's records. What is the same for all of them is made once.
class MessageHeaders {
 public:
  explicit MessageHeaders(const SinkBatch& batch);

  KafkaHeaders Of(const Record& record) const;
  // Of a record in the dead letter: also why, when, and how much of the row the value holds.
  KafkaHeaders Of(const Record& record, const Refusal& refusal) const;

 private:
  const std::string source_;  // /netskope/<tenant>/events/<stream>
  // com.netskope.<stream>.<format>.v1; raw: com.netskope.<stream>.v1; refused: ….refused.v1
  const std::string type_;
  const std::string_view content_type_;
  const std::string tenant_;
  const std::string stream_;
  const bool replay_;
};

// What a producer is given.
struct KafkaMessage {
  rd_kafka_topic_t* topic = nullptr;
  std::int32_t partition = RD_KAFKA_PARTITION_UA;  // that one; or the partitioner's choice
  std::string_view value;  // neither copied nor changed: it stays where it is until the report
  std::string_view key;    // empty: none
  std::chrono::milliseconds time{0};  // 0: when the producer takes it
  KafkaHeaders headers;
  KafkaTag* tag = nullptr;
};

// The message of one record of `batch`, without topic and tag. `untimed`: with the time of arrival.
KafkaMessage MessageOf(KafkaKey key, const SinkBatch& batch, std::size_t index,
                       const MessageHeaders& headers, bool untimed);

}  // namespace nsf
