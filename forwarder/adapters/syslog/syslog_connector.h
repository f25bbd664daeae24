// SPDX-License-Identifier: Apache-2.0
// What opens the connections of a sink, as its settings say.
#pragma once

#include <memory>

#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/syslog_sink.h"
#include "ports/result.h"

namespace nsf::syslog {

// For all transports but UDP. Does not connect. kConfiguration: which file or key of the `tls`
// block cannot be used and the next step. `log` hears when another address is used.
Result<std::unique_ptr<Connector>> MakeConnector(const SyslogSinkConfig& config, Log log);

// The addresses for people: "tls://a:6514, tls://b:6514".
std::string AddressNames(const SyslogSinkConfig& config);

}  // namespace nsf::syslog
