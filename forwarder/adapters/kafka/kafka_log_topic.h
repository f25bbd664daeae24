// SPDX-License-Identifier: Apache-2.0
// The topic of the state: that it is there, and is what a state can be kept in.
#pragma once

#include <cstdint>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"

namespace nsf {

// Looks the topic up, and makes it where it is missing and this user may. Blocks for some seconds
// at most. Fails with kRetry while brokers are away or the topic cannot be made (with the command
// that makes it), kStop where it is one that forgets, or has fewer than `partitions`.
Result<void> PrepareStateTopic(const KafkaStateConfig& config, std::int32_t partitions);

// As that, without making one: a missing topic is no error. For `check`. Whether it is there.
Result<bool> LookAtStateTopic(const KafkaStateConfig& config, std::int32_t partitions);

// How many partitions it has. Fails as the others, and with kStop where there is none.
Result<std::int32_t> StatePartitions(const KafkaStateConfig& config);

}  // namespace nsf
