// SPDX-License-Identifier: Apache-2.0
// Asks a server like ours, on this host, for one of its pages.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "adapters/http_server/http_server.h"
#include "ports/result.h"

namespace nsf {

// `host` as in HttpServerSettings; where that is every address, a loopback one is asked. Blocks for
// up to `patience`. Fails with kRetry when nothing answers.
Result<HttpReply> AskHttpServer(const std::string& host, std::uint16_t port,
                                const std::string& path, std::chrono::milliseconds patience);

}  // namespace nsf
