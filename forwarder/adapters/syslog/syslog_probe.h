// SPDX-License-Identifier: Apache-2.0
// Whether a receiver can be reached as the sink would reach it.
#pragma once

#include <chrono>

#include "adapters/syslog/syslog_sink.h"
#include "ports/result.h"

namespace nsf {

// Resolves, connects and, with TLS, authenticates, with RELP opens a session; over UDP there is
// nobody to answer, and only the name is looked up. Of several addresses one that can be reached is
// enough. No message is sent. Blocks for up to `patience`.
Result<void> ProbeSyslog(const SyslogSinkConfig& config, std::chrono::milliseconds patience);

}  // namespace nsf
