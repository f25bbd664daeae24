// SPDX-License-Identifier: Apache-2.0
// Syslog addresses: what is taken, what is refused and how it is told.
#include "adapters/syslog/address.h"

#include <catch2/catch.hpp>

using namespace nsf;

TEST_CASE("a syslog address is read and written back", "[syslog][address]") {
  struct Case {
    const char* text;
    SyslogTransport transport;
    const char* host;
    int port;
    const char* full;
  };
  const auto c = GENERATE(values<Case>({
      {"tls://siem.example:6514", SyslogTransport::kTls, "siem.example", 6514,
       "tls://siem.example:6514"},
      {"tls://siem.example", SyslogTransport::kTls, "siem.example", 6514,
       "tls://siem.example:6514"},
      {"tcp://192.0.2.1", SyslogTransport::kTcp, "192.0.2.1", 601, "tcp://192.0.2.1:601"},
      {"udp://[2001:db8::1]", SyslogTransport::kUdp, "2001:db8::1", 514, "udp://[2001:db8::1]:514"},
      {"udp://[fe80::1%eth0]:65535", SyslogTransport::kUdp, "fe80::1%eth0", 65535,
       "udp://[fe80::1%eth0]:65535"},
  }));
  CAPTURE(c.text);
  const auto address = ParseSyslogAddress(c.text);
  REQUIRE(address);
  CHECK(address->transport == c.transport);
  CHECK(address->host == c.host);
  CHECK(address->port == c.port);
  CHECK(ToString(*address) == c.full);
}

TEST_CASE("a broken syslog address is refused with an example", "[syslog][address]") {
  const auto* const text = GENERATE(
      "", "siem.example:6514", "http://siem.example", "TLS://siem.example", "tls:/siem.example",
      "tls://", "tls://:6514", "tls://siem.example:", "tls://siem.example:0",
      "tls://siem.example:65536", "tls://siem.example:-1", "tls://siem.example:6514x",
      "tls://siem.example:6514/path", "tls://user@siem.example", "tls://siem example", "tls://[::1",
      "tls://[]", "tls://[::1]6514", "tls://::1", "tls://[siem/example]", "tls://a\nb");
  CAPTURE(text);
  const auto address = ParseSyslogAddress(text);
  REQUIRE_FALSE(address);
  CHECK(address.error().kind == ErrorKind::kConfiguration);
  CHECK_THAT(address.error().message, Catch::Contains("tls://siem.example:6514"));
}
