// SPDX-License-Identifier: Apache-2.0
// What the adapter of Kafka is told: by a sink, and by what uses the connection of one.
#pragma once

#include <string>

#include "adapters/kafka/kafka_settings.h"
#include "app/config/config.h"

namespace nsf {

KafkaSinkConfig KafkaSettingsOf(const std::string& name, const KafkaConfig& config);

// What the dead letter's topic is written with: the named sink's connection. Only when
// `config.dead_letter.sink` is set; the configuration was checked.
KafkaSinkConfig DeadLetterKafkaSettings(const Config& config);

// What the state's topic is written with: the connection of the named sink, whose records are
// committed with it. Only when `config.state.sink` is set; the configuration was checked.
KafkaStateConfig KafkaStateSettings(const Config& config);

}  // namespace nsf
