// SPDX-License-Identifier: Apache-2.0
// Whether brokers can be reached as the sink would reach them.
#pragma once

#include <chrono>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"

namespace nsf {

// Connects, logs in and asks for the brokers. Blocks for up to `patience`. kConfiguration: a
// property is wrong; kRetry: why no broker answers, and what to do.
Result<void> ProbeKafka(const KafkaSinkConfig& config, std::chrono::milliseconds patience);

}  // namespace nsf
