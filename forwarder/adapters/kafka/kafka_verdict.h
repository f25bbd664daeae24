// SPDX-License-Identifier: Apache-2.0
// What librdkafka's or a broker's answer about one record means for it, and for the operator.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace nsf {

// What went wrong with connections, or with the producer as a whole; empty: nothing.
struct KafkaFailure {
  std::string text;
  std::string_view next_step;
};

enum class KafkaFate : std::uint8_t {
  kDelivered,
  kTooLarge,  // refused for its size, or for that of the request it was in
  kInvalid,   // refused for what it is, or for what another record of its request is
  kMistimed,  // the broker takes no timestamps so far from its own clock
  kUndecided,
};

struct KafkaVerdict {
  KafkaFate fate = KafkaFate::kUndecided;
  // For the operator, one clause without "; ", as it ends a message; empty when there is none.
  std::string_view next_step;
};

KafkaVerdict JudgeReport(rd_kafka_resp_err_t code);

}  // namespace nsf
