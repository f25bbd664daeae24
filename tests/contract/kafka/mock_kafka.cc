// SPDX-License-Identifier: Apache-2.0
// Drives the mock cluster.
#include "mock_kafka.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace nsf {
namespace {

constexpr std::int16_t kProduceKey = 0;  // ApiKey of ProduceRequest
constexpr int kPatienceMs = 5000;

rd_kafka_t* MakeClient(rd_kafka_type_t type,
                       const std::vector<std::pair<const char*, std::string>>& properties) {
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
      throw std::runtime_error(why.data());
    }
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, why.data(), why.size());
  if (client == nullptr) throw std::runtime_error(why.data());
  return client;
}

SeenMessage Seen(const rd_kafka_message_t* message) {
  SeenMessage seen;
  seen.partition = message->partition;
  seen.value.assign(static_cast<const char*>(message->payload), message->len);
  seen.has_key = message->key != nullptr;
  if (seen.has_key) seen.key.assign(static_cast<const char*>(message->key), message->key_len);
  rd_kafka_timestamp_type_t type{};
  seen.timestamp_ms = rd_kafka_message_timestamp(message, &type);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return seen;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    seen.headers[name] = std::string(static_cast<const char*>(value), size);
  }
  return seen;
}

}  // namespace

MockKafka::MockKafka(int brokers) : count_(brokers) {
  host_ = MakeClient(RD_KAFKA_PRODUCER, {{"log_level", "0"}});
  cluster_ = rd_kafka_mock_cluster_new(host_, brokers);
}

MockKafka::~MockKafka() {
  rd_kafka_mock_cluster_destroy(cluster_);
  rd_kafka_destroy(host_);
}

std::vector<std::string> MockKafka::brokers() const {
  return {rd_kafka_mock_cluster_bootstraps(cluster_)};
}

void MockKafka::CreateTopic(const std::string& name, int partitions) {
  rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, count_);
}

void MockKafka::Answer(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& codes) {
  rd_kafka_mock_push_request_errors_array(cluster_, request, codes.size(), codes.data());
}

void MockKafka::AnswerProduce(const std::vector<rd_kafka_resp_err_t>& codes) {
  Answer(kProduceKey, codes);
}

void MockKafka::AnswerTopic(const std::string& name, rd_kafka_resp_err_t code) {
  rd_kafka_mock_topic_set_error(cluster_, name.c_str(), code);
}

void MockKafka::SetDown(bool down) {
  for (int id = 1; id <= count_; ++id) {
    if (down) {
      rd_kafka_mock_broker_set_down(cluster_, id);
    } else {
      rd_kafka_mock_broker_set_up(cluster_, id);
    }
  }
}

void MockKafka::SetRoundTrip(std::chrono::milliseconds time) {
  for (int id = 1; id <= count_; ++id) {
    rd_kafka_mock_broker_set_rtt(cluster_, id, static_cast<int>(time.count()));
  }
}

std::vector<SeenMessage> MockKafka::Read(const std::string& topic, int partitions,
                                         std::size_t count) const {
  rd_kafka_t* consumer = MakeClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers().front()},
                                                        {"group.id", "reader"},
                                                        {"log_level", "0"},
                                                        {"enable.auto.commit", "false"}});
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(partitions);
  for (std::int32_t i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(consumer, all);
  rd_kafka_topic_partition_list_destroy(all);
  std::vector<SeenMessage> seen;
  while (seen.size() < count) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, kPatienceMs);
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) seen.push_back(Seen(message));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  std::stable_sort(seen.begin(), seen.end(),
                   [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return seen;
}

}  // namespace nsf
