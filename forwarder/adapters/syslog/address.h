// SPDX-License-Identifier: Apache-2.0
// Where a syslog receiver listens, as written in the configuration: "tls://siem.example:6514".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ports/result.h"

namespace nsf {

enum class SyslogTransport : std::uint8_t { kUdp, kTcp, kTls, kRelp, kRelpTls };

constexpr bool UsesTls(SyslogTransport transport) {
  return transport == SyslogTransport::kTls || transport == SyslogTransport::kRelpTls;
}
constexpr bool UsesRelp(SyslogTransport transport) {
  return transport == SyslogTransport::kRelp || transport == SyslogTransport::kRelpTls;
}

struct SyslogAddress {
  SyslogTransport transport = SyslogTransport::kTls;
  std::string host;  // a name, an IPv4 or an IPv6 address (without brackets)
  std::uint16_t port = 6514;
};

// "tls://siem.example:6514", "udp://[::1]:514". Without a port: 514 (udp), 601 (tcp), 6514 (tls),
// 2514 (relp, relps).
// Fails with kConfiguration and what to write instead.
Result<SyslogAddress> ParseSyslogAddress(std::string_view text);

// The inverse of ParseSyslogAddress.
std::string ToString(const SyslogAddress& address);

}  // namespace nsf
