// SPDX-License-Identifier: Apache-2.0
// librdkafka's mock of a cluster, and a consumer that reads back what was written to it.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nsf::test {

struct Consumed {
  std::string key, value;
  std::int64_t timestamp_ms = 0;
  std::map<std::string, std::string> headers;
  int partition = 0;
};

class MockCluster {
 public:
  MockCluster();
  ~MockCluster();
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  std::string bootstrap() const;
  void CreateTopic(const std::string& name, int partitions);
  void Up(bool up);
  // The next produce requests are answered with these errors.
  void RefuseProduce(const std::vector<rd_kafka_resp_err_t>& errors);
  // The topic's metadata is answered with this error.
  void TopicError(const std::string& name, rd_kafka_resp_err_t error);

  // `count` messages of the topic, or as many as came within a few seconds.
  std::vector<Consumed> Read(const std::string& topic, std::size_t count) const;

 private:
  rd_kafka_t* host_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace nsf::test
