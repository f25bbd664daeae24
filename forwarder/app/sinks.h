// SPDX-License-Identifier: Apache-2.0
// Sinks, and the dead letter, as the configuration names them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "adapters/kafka/kafka_settings.h"
#include "adapters/syslog/syslog_sink.h"
#include "app/config/config.h"
#include "app/log.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

// Nothing is connected yet. Fails with kConfiguration, naming the sink and the next step. `log`
// outlives the sink.
Result<std::unique_ptr<Sink>> MakeSink(const SinkConfig& config, const Log& log);

// What a syslog sink is made from. Fails with kConfiguration for an address.
Result<SyslogSinkConfig> SyslogSettingsOf(const std::string& name, const SyslogConfig& config);

// Where refused records go: a file that its owner alone can read, or a topic. `connection`: that
// topic's, DeadLetterConnection().
Result<std::unique_ptr<Sink>> MakeDeadLetter(const Config& config,
                                             const std::optional<KafkaSinkConfig>& connection,
                                             const Log& log);

}  // namespace nsf
