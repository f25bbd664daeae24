// SPDX-License-Identifier: Apache-2.0
// librdkafka's own cluster of mock brokers, on loopback ports: quick, and can be told to fail. What
// a broker of Apache's does is asked of a real one by the integration tests.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nsf {

// A message as a consumer sees it.
struct SeenMessage {
  std::int32_t partition = 0;
  std::string value;
  bool has_key = false;
  std::string key;
  std::int64_t timestamp_ms = 0;
  std::map<std::string, std::string> headers;
};

class MockKafka {
 public:
  explicit MockKafka(int brokers = 1);
  ~MockKafka();
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  std::vector<std::string> brokers() const;
  void CreateTopic(const std::string& name, int partitions);
  // The next requests of this kind (its ApiKey) are answered so.
  void Answer(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& codes);
  // The next produce requests are answered so.
  void AnswerProduce(const std::vector<rd_kafka_resp_err_t>& codes);
  // Whoever asks for the topic is answered so.
  void AnswerTopic(const std::string& name, rd_kafka_resp_err_t code);
  void SetDown(bool down);
  void SetRoundTrip(std::chrono::milliseconds time);

  // Reads the topic from its beginning until `count` messages came, or none for some seconds.
  // By partition, in order.
  std::vector<SeenMessage> Read(const std::string& topic, int partitions, std::size_t count) const;

 private:
  int count_;
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace nsf
