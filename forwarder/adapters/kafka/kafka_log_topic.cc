// SPDX-License-Identifier: Apache-2.0
// Questions to the cluster's administration.
#include "adapters/kafka/kafka_log_topic.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/kafka/kafka_log_reader.h"
#include "adapters/kafka/kafka_verdict.h"

namespace nsf {
namespace {

constexpr int kAskMs = 3000;
constexpr std::chrono::seconds kSettle{3};  // what was made is to be seen within it
constexpr int kSettleLookMs = 100;
constexpr int kReplicas = 3;  // where there are so many brokers

constexpr std::array<std::pair<const char*, const char*>, 4> kSettings{{
    {"cleanup.policy", "compact"},
    {"segment.bytes", "67108864"},         // what is being written to is not compacted
    {"min.cleanable.dirty.ratio", "0.2"},  // a start reads what is left
    {"compression.type", "producer"},
}};

template <auto Destroy>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};
using Event = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<rd_kafka_AdminOptions_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>>;

Error Wrong(ErrorKind kind, const std::string& topic, const std::string& what) {
  return {kind, "the state's topic " + topic + ' ' + what};
}

// What the brokers know of the topic.
struct Known {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  int partitions = 0;
  int brokers = 0;
};

Result<Known> Look(rd_kafka_t* client, const std::string& name) {
  const KafkaTopic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(client, 0, topic.get(), &raw, kAskMs);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Wrong(ErrorKind::kRetry, name,
                 std::string("cannot be asked for: ") + rd_kafka_err2str(code) + "; " +
                     std::string(JudgeReport(code).next_step));
  }
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) {
    return Wrong(ErrorKind::kRetry, name, "is not told of; it is asked for again");
  }
  return Known{metadata->topics[0].err, metadata->topics[0].partition_cnt, metadata->broker_cnt};
}

std::string CommandToMake(const std::string& name, int partitions) {
  std::string command = "kafka-topics --create --topic " + name + " --partitions " +
                        std::to_string(partitions) + " --replication-factor " +
                        std::to_string(kReplicas) + " --config min.insync.replicas=2";
  for (const auto& [key, value] : kSettings) {
    command += std::string(" --config ") + key + '=' + value;
  }
  return command;
}

// The answer to one question of the administration; null: none in time.
Event Answer(rd_kafka_queue_t* queue) { return Event(rd_kafka_queue_poll(queue, kAskMs + 1000)); }

Options WithTimeout(rd_kafka_t* client, rd_kafka_admin_op_t operation) {
  Options options(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kAskMs, why.data(), why.size());
  return options;
}

Result<void> Make(rd_kafka_t* client, const KafkaStateConfig& config, int partitions, int brokers) {
  const std::string& name = config.topic;
  const int replicas = std::clamp(brokers, 1, kReplicas);
  std::array<char, 256> why{};
  NewTopic fresh(rd_kafka_NewTopic_new(name.c_str(), partitions, replicas, why.data(), why.size()));
  const auto failed = [&](const std::string& reason) {
    return Wrong(ErrorKind::kRetry, name,
                 "is missing and cannot be made (" + reason +
                     "); make it: " + CommandToMake(name, partitions));
  };
  if (!fresh) return failed(why.data());
  for (const auto& [key, value] : kSettings) {
    rd_kafka_NewTopic_set_config(fresh.get(), key, value);
  }
  const std::string insync = std::to_string(std::max(replicas - 1, 1));
  rd_kafka_NewTopic_set_config(fresh.get(), "min.insync.replicas", insync.c_str());
  // What the producer sends at most, the topic takes.
  const auto largest = config.sink.properties.find("message.max.bytes");
  if (largest != config.sink.properties.end()) {
    rd_kafka_NewTopic_set_config(fresh.get(), "max.message.bytes", largest->second.c_str());
  }
  const KafkaQueue queue(rd_kafka_queue_new(client));
  const Options options = WithTimeout(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_NewTopic_t* raw = fresh.get();
  rd_kafka_CreateTopics(client, &raw, 1, options.get(), queue.get());
  const Event event = Answer(queue.get());
  if (!event) return failed("no answer");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return failed(rd_kafka_event_error_string(event.get()));
  }
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return failed("no answer");
  const auto code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return {};
  }
  return failed(rd_kafka_err2str(code));
}

// The topic's cleanup.policy; empty where this user may not ask.
std::string PolicyOf(rd_kafka_t* client, const std::string& name) {
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  const KafkaQueue queue(rd_kafka_queue_new(client));
  const Options options = WithTimeout(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_ConfigResource_t* raw = resource.get();
  rd_kafka_DescribeConfigs(client, &raw, 1, options.get(), queue.get());
  const Event event = Answer(queue.get());
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  std::size_t count = 0;
  const auto* const* resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return {};
  std::size_t entries = 0;
  const auto* const* entry = rd_kafka_ConfigResource_configs(resources[0], &entries);
  for (std::size_t i = 0; i < entries; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entry[i])) != "cleanup.policy") continue;
    const char* value = rd_kafka_ConfigEntry_value(entry[i]);
    return value == nullptr ? "" : value;
  }
  return {};
}

Result<void> Judge(rd_kafka_t* client, const std::string& name, const Known& known,
                   int partitions) {
  if (known.error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Wrong(ErrorKind::kRetry, name,
                 std::string("cannot be used: ") + rd_kafka_err2str(known.error) +
                     "; grant this user READ, WRITE and DESCRIBE on it, and it goes on by itself");
  }
  const std::string policy = PolicyOf(client, name);
  if (!policy.empty() && policy != "compact") {
    return Wrong(ErrorKind::kStop, name,
                 "has cleanup.policy=" + policy +
                     ", and would forget the state; set its cleanup.policy to compact");
  }
  if (known.partitions >= partitions) return {};
  return Wrong(ErrorKind::kStop, name,
               "has " + std::to_string(known.partitions) + " partitions, and " +
                   std::to_string(partitions) + " are needed; add partitions to it");
}

}  // namespace

Result<void> PrepareStateTopic(const KafkaStateConfig& config, std::int32_t partitions) {
  const auto client = MakeLogConsumer(config, "read_committed");
  if (!client) return client.error();
  auto known = Look(client->get(), config.topic);
  if (!known) return known.error();
  if (known->error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    auto made = Make(client->get(), config, std::max(partitions, config.slots), known->brokers);
    if (!made) return made;
    // The brokers tell one another in a moment.
    const auto until = std::chrono::steady_clock::now() + kSettle;
    do {
      known = Look(client->get(), config.topic);
      if (!known) return known.error();
      if (known->error == RD_KAFKA_RESP_ERR_NO_ERROR && known->partitions > 0) break;
      rd_kafka_poll(client->get(), kSettleLookMs);
    } while (std::chrono::steady_clock::now() < until);
    if (known->error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Wrong(ErrorKind::kRetry, config.topic, "was made, and is not to be seen yet");
    }
  }
  return Judge(client->get(), config.topic, *known, partitions);
}

Result<std::int32_t> StatePartitions(const KafkaStateConfig& config) {
  const auto there = LookAtStateTopic(config, 1);
  if (!there) return there.error();
  if (!*there) {
    return Wrong(ErrorKind::kStop, config.topic,
                 "is missing; check state.topic, or start the program once");
  }
  const auto client = MakeLogConsumer(config, "read_committed");
  if (!client) return client.error();
  const auto known = Look(client->get(), config.topic);
  if (!known) return known.error();
  return known->partitions;
}

Result<bool> LookAtStateTopic(const KafkaStateConfig& config, std::int32_t partitions) {
  const auto client = MakeLogConsumer(config, "read_committed");
  if (!client) return client.error();
  const auto known = Look(client->get(), config.topic);
  if (!known) return known.error();
  if (known->error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return false;
  if (auto judged = Judge(client->get(), config.topic, *known, partitions); !judged) {
    return judged.error();
  }
  return true;
}

Result<bool> WasWrittenTo(const KafkaStateConfig& config, std::int32_t partitions) {
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    const auto end = EndOfPartition(config, partition);
    if (!end) return end.error();
    if (*end > 0) return true;
  }
  return false;
}

Error StateIsGone(const KafkaStateConfig& config) {
  return Wrong(
      ErrorKind::kRetry, config.topic,
      "is missing or empty, though events were delivered: what begins from nothing delivers "
      "them again. Bring it back (state import of an export), and it goes on by itself; or, "
      "to have every event again from `start` on, stop all instances, delete topic " +
          SlotsTopicOf(config).topic + " too, and start them");
}

Error SlotsAreGone(const KafkaStateConfig& config) {
  return Wrong(
      ErrorKind::kRetry, SlotsTopicOf(config).topic,
      "is missing or empty, though the state is there: where each tenant's is, is not known. "
      "Stop all instances, state export to a file, delete topic " +
          config.topic + ", state import of that file, and start them");
}

Result<std::int32_t> PrepareTopics(const KafkaStateConfig& config) {
  const KafkaStateConfig slots = SlotsTopicOf(config);
  const auto has_slots = LookAtStateTopic(slots, 1);
  if (!has_slots) return has_slots.error();
  const auto has_state = LookAtStateTopic(config, 1);
  if (!has_state) return has_state.error();
  const auto placed = *has_slots ? WasWrittenTo(slots, 1) : false;
  if (!placed) return placed.error();
  if (!*has_state) {
    if (*placed) return StateIsGone(config);
    const auto partitions =
        *has_slots ? StatePartitions(slots) : Result<std::int32_t>(config.slots);
    if (!partitions) return partitions;
    if (auto made = PrepareStateTopic(config, *partitions); !made) return made.error();
  } else if (!*placed) {
    const auto partitions = StatePartitions(config);
    if (!partitions) return partitions;
    const auto kept = WasWrittenTo(config, *partitions);
    if (!kept) return kept.error();
    if (*kept) return SlotsAreGone(config);
  }
  if (!*has_slots) {
    if (auto made = PrepareStateTopic(slots, config.slots); !made) return made.error();
  }
  const auto count = StatePartitions(slots);
  if (!count) return count;
  if (const auto enough = LookAtStateTopic(config, *count); !enough) return enough.error();
  return count;
}

}  // namespace nsf
