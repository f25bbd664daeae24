// SPDX-License-Identifier: Apache-2.0
// The produce floor: librdkafka alone, with the settings, the key and the headers of the Kafka
// sink.
#pragma once

#include <string>

namespace nsf_bench {

struct ProducePlan {
  std::string brokers;
  std::string topic;
  std::string file;  // a record a line, as a file sink wrote them
};

// Prints {"events":…,"bytes":…} to stdout when every record is acknowledged. Returns the exit code.
int Produce(const ProducePlan& plan);

}  // namespace nsf_bench
