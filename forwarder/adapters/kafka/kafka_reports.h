// SPDX-License-Identifier: Apache-2.0
// How whoever hands messages to a producer hears what became of each.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>

namespace nsf {

class KafkaReports;

// What a message carries through librdkafka, back to whom it came from. It stays where it is until
// the report.
struct KafkaTag {
  KafkaReports* sender = nullptr;
  std::size_t index = 0;  // the sender's own
};

// Told in the producer's Poll(), once for each message that it took.
class KafkaReports {
 public:
  virtual void Report(const KafkaTag& tag, rd_kafka_resp_err_t code) = 0;

 protected:
  ~KafkaReports() = default;
};

}  // namespace nsf
