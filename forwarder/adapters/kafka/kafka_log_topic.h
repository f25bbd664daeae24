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

// Whether anything was ever written to one of its first `partitions`. As LookAtStateTopic().
Result<bool> WasWrittenTo(const KafkaStateConfig& config, std::int32_t partitions);

// Makes both the state's topic and that of the slots at the first start, and never again: where one
// of them is missing or empty though the other was written to, going on would be going on from
// nothing. kRetry then, with what is to be done. How many slots there are.
Result<std::int32_t> PrepareTopics(const KafkaStateConfig& config);

// What was kept there is lost: why nothing goes on, and what is to be done.
Error StateIsGone(const KafkaStateConfig& config);
Error SlotsAreGone(const KafkaStateConfig& config);

// How many partitions it has. Fails as the others, and with kStop where there is none.
Result<std::int32_t> StatePartitions(const KafkaStateConfig& config);

}  // namespace nsf
