// SPDX-License-Identifier: Apache-2.0
// What the adapter of Kafka is told: by a sink, and by what uses the connection of one.
#pragma once

#include <optional>
#include <string>

#include "adapters/kafka/kafka_settings.h"
#include "app/config/config.h"

namespace nsf {

KafkaSinkConfig KafkaSettingsOf(const std::string& name, const KafkaConfig& config);

// What the dead letter's topic is written with: the named sink's connection. Only when
// `config.dead_letter.sink` is set; the configuration was checked.
KafkaSinkConfig DeadLetterKafkaSettings(const Config& config);

// The same; absent where the dead letter is a file.
std::optional<KafkaSinkConfig> DeadLetterConnection(const Config& config);

// What the state's topic is written with: the connection of the named sink, whose records are
// committed with it. Only when `config.state.sink` is set; the configuration was checked.
KafkaStateConfig KafkaStateSettings(const Config& config);

// Has whoever uses a copy of `running` log in as `next` says, if that is another user or password.
void ChangeLogin(const KafkaSinkConfig& running, const KafkaSinkConfig& next);

}  // namespace nsf
