// SPDX-License-Identifier: Apache-2.0
// Reads and writes syslog addresses; pure.
#include "adapters/syslog/address.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace nsf {
namespace {

struct Scheme {
  std::string_view prefix;
  SyslogTransport transport;
  // 514: RFC 5426 §3.3; 601: RFC 6587 §3.2; 6514: RFC 5425 §4.1; RELP has none assigned, 2514 is
  // what receivers' manuals use.
  std::uint16_t port;
};
constexpr std::array kSchemes{
    Scheme{"udp://", SyslogTransport::kUdp, 514},
    Scheme{"tcp://", SyslogTransport::kTcp, 601},
    Scheme{"tls://", SyslogTransport::kTls, 6514},
    Scheme{"relp://", SyslogTransport::kRelp, 2514},
    Scheme{"relps://", SyslogTransport::kRelpTls, 2514},
};

Error Wrong(std::string_view text, std::string_view why) {
  return {ErrorKind::kConfiguration, "syslog address \"" + std::string(text) +
                                         "\": " + std::string(why) +
                                         "; write it like tls://siem.example:6514, "
                                         "relp://192.0.2.1:2514 or udp://[2001:db8::1]:514"};
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool IsIpv6Character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == ':' || c == '%';
}

}  // namespace

Result<SyslogAddress> ParseSyslogAddress(std::string_view text) {
  const auto* const scheme = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& s) {
    return text.substr(0, s.prefix.size()) == s.prefix;
  });
  if (scheme == kSchemes.end()) {
    return Wrong(text, "it must begin with udp://, tcp://, tls://, relp:// or relps://");
  }
  SyslogAddress address{scheme->transport, {}, scheme->port};
  std::string_view rest = text.substr(scheme->prefix.size());

  const bool bracketed = !rest.empty() && rest.front() == '[';
  const auto end = bracketed ? rest.find(']') : rest.find(':');
  if (bracketed && end == std::string_view::npos) return Wrong(text, "\"]\" is missing");
  address.host = std::string(bracketed ? rest.substr(1, end - 1) : rest.substr(0, end));
  rest =
      end == std::string_view::npos ? std::string_view() : rest.substr(end + (bracketed ? 1 : 0));
  if (address.host.empty()) return Wrong(text, "the host is missing");
  if (!std::all_of(address.host.begin(), address.host.end(),
                   bracketed ? IsIpv6Character : IsHostCharacter)) {
    return Wrong(text, "the host holds a character that no host name has");
  }
  if (rest.empty()) return address;
  if (rest.front() != ':') return Wrong(text, "only a port may follow the host");
  rest.remove_prefix(1);
  const auto [stop, failure] =
      std::from_chars(rest.data(), rest.data() + rest.size(), address.port, 10);
  if (failure != std::errc() || stop != rest.data() + rest.size() || address.port == 0) {
    return Wrong(text, "the port must be a number from 1 to 65535");
  }
  return address;
}

std::string ToString(const SyslogAddress& address) {
  const auto* const scheme = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& s) {
    return s.transport == address.transport;
  });
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return std::string(scheme->prefix) + (ipv6 ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(address.port);
}

}  // namespace nsf
