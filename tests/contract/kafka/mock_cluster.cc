// SPDX-License-Identifier: Apache-2.0
// The mock cluster.
#include "contract/kafka/mock_cluster.h"

#include <stdexcept>

namespace nsf::test {
namespace {

constexpr int kBroker = 1;
constexpr std::int16_t kProduceRequest = 0;  // Kafka protocol, API key

rd_kafka_t* NewClient(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[256];
  for (const auto& [name, value] : properties) {
    rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, why, sizeof why);
  if (client == nullptr) throw std::runtime_error(why);
  return client;
}

Consumed Copy(const rd_kafka_message_t& message) {
  Consumed copy;
  if (message.key != nullptr)
    copy.key.assign(static_cast<const char*>(message.key), message.key_len);
  copy.value.assign(static_cast<const char*>(message.payload), message.len);
  copy.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  copy.partition = message.partition;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return copy;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    copy.headers[name] = std::string(static_cast<const char*>(value), size);
  }
  return copy;
}

}  // namespace

MockCluster::MockCluster()
    : host_(NewClient(RD_KAFKA_PRODUCER, {})), cluster_(rd_kafka_mock_cluster_new(host_, 1)) {}

MockCluster::~MockCluster() {
  rd_kafka_mock_cluster_destroy(cluster_);
  rd_kafka_destroy(host_);
}

std::string MockCluster::bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }

void MockCluster::CreateTopic(const std::string& name, int partitions) {
  rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
}

void MockCluster::Up(bool up) {
  if (up) {
    rd_kafka_mock_broker_set_up(cluster_, kBroker);
  } else {
    rd_kafka_mock_broker_set_down(cluster_, kBroker);
  }
}

void MockCluster::RefuseProduce(const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, kProduceRequest, errors.size(), errors.data());
}

void MockCluster::TopicError(const std::string& name, rd_kafka_resp_err_t error) {
  rd_kafka_mock_topic_set_error(cluster_, name.c_str(), error);
}

std::vector<Consumed> MockCluster::Read(const std::string& topic, std::size_t count) const {
  rd_kafka_t* consumer =
      NewClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap()}, {"group.id", "reader"}});
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(3);
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
  rd_kafka_metadata(consumer, 0, handle, &metadata, 5'000);
  for (int i = 0; metadata != nullptr && i < metadata->topics[0].partition_cnt; ++i) {
    rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(consumer, all);
  std::vector<Consumed> read;
  for (int quiet = 0; read.size() < count && quiet < 30;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    if (message == nullptr) {
      ++quiet;
      continue;
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) read.push_back(Copy(*message));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(handle);
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return read;
}

}  // namespace nsf::test
