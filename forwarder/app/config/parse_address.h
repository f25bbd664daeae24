// SPDX-License-Identifier: Apache-2.0
// Hosts, ports and URLs as the configuration has them. The error says what the text is not and
// what to write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ports/result.h"

namespace nsf {

struct HostPort {
  std::string host;  // IPv6 without its brackets
  std::optional<std::uint16_t> port;
};

// "host", "host:port", "[::1]:port".
Result<HostPort> ParseHostPort(std::string_view text);

// True for 127.0.0.0/8, ::1 and the name localhost: what never leaves this machine.
bool IsLoopback(const std::string& host);

// A tenant's URL: scheme and host, a port if need be, and nothing else; https, or http to a
// loopback address. The value has no slash at its end.
Result<std::string> ParseTenantUrl(std::string_view text);

// "none", or the URL of an HTTP or SOCKS proxy, which may hold a user and a password.
Result<std::string> ParseProxy(std::string_view text);

// udp://, tcp:// or tls:// with a host and perhaps a port.
Result<std::string> ParseReceiver(std::string_view text);

// A Kafka broker: host and perhaps a port.
Result<std::string> ParseBroker(std::string_view text);

// An IP address or "localhost", and a port to listen on.
Result<std::string> ParseListen(std::string_view text);

}  // namespace nsf
