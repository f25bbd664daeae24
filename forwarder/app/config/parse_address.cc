// SPDX-License-Identifier: Apache-2.0
#include "app/config/parse_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace nsf {
namespace {

Error Wrong(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsHostName(std::string_view host) {
  constexpr std::size_t kLongest = 253;  // RFC 1035 §2.3.4, as text
  if (host.empty() || host.size() > kLongest || host.front() == '.' || host.front() == '-') {
    return false;
  }
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// Splits "scheme://authority" off; what follows the authority is `rest`.
struct UrlParts {
  std::string scheme;
  std::string authority;
  std::string rest;
};
std::optional<UrlParts> SplitUrl(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::size_t begin = colon + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  return UrlParts{std::string(text.substr(0, colon)), std::string(text.substr(begin, end - begin)),
                  std::string(text.substr(end))};
}

// A port to connect to: 0 is none.
Result<HostPort> ParseTarget(std::string_view text) {
  Result<HostPort> target = ParseHostPort(text);
  if (target && target->port == std::uint16_t{0}) {
    return Wrong("has port 0; write a port from 1 to 65535");
  }
  return target;
}

}  // namespace

Result<HostPort> ParseHostPort(std::string_view text) {
  HostPort result;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return Wrong("has no \"]\"; write [::1]:port");
    result.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    has_port = !port.empty();
    if (!IsIpv6(result.host) || (has_port && port[0] != ':')) {
      return Wrong("is not an IPv6 address in brackets; write [::1]:port");
    }
    if (has_port) port.remove_prefix(1);
  } else {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos) {
      return Wrong("holds several colons; write host:port, an IPv6 address in brackets");
    }
    result.host = text.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
    if (!IsHostName(result.host)) return Wrong("is not a host; write host or host:port");
  }
  if (!has_port) return result;
  result.port = ParsePort(port);
  if (!result.port) return Wrong("has no valid port; write a number from 1 to 65535");
  return result;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  return IsIpv4(host) && host.starts_with("127.");
}

Result<std::string> ParseTenantUrl(std::string_view text) {
  const std::optional<UrlParts> parts = SplitUrl(text);
  if (!parts || (parts->scheme != "https" && parts->scheme != "http")) {
    return Wrong("is not a URL; write https:// and the tenant's host");
  }
  if (parts->authority.find('@') != std::string::npos) {
    return Wrong("holds a user or password; write scheme and host, and the token in token_file");
  }
  const Result<HostPort> target = ParseTarget(parts->authority);
  if (!target) return target.error();
  if (parts->rest.find_first_not_of('/') != std::string::npos) {
    return Wrong("holds a path; write scheme and host only, the program adds /api/v2/...");
  }
  if (parts->scheme == "http" && !IsLoopback(target->host)) {
    return Wrong("would send the token in plain text; write https:// (http is for loopback only)");
  }
  return parts->scheme + "://" + parts->authority;
}

Result<std::string> ParseProxy(std::string_view text) {
  if (text.empty() || text == "none") return std::string(text);
  constexpr std::array<std::string_view, 4> kSchemes{"http", "https", "socks5", "socks5h"};
  std::optional<UrlParts> parts = SplitUrl(text);
  if (!parts || std::find(kSchemes.begin(), kSchemes.end(), parts->scheme) == kSchemes.end()) {
    return Wrong("is not a proxy; write http://host:port, socks5h://host:port or none");
  }
  const std::size_t at = parts->authority.rfind('@');
  if (at != std::string::npos) parts->authority.erase(0, at + 1);
  const Result<HostPort> target = ParseTarget(parts->authority);
  if (!target) return target.error();
  if (!target->port) return Wrong("has no port; write http://host:port");
  if (parts->rest.find_first_not_of('/') != std::string::npos) {
    return Wrong("holds a path; write http://host:port");
  }
  return std::string(text);
}

Result<std::string> ParseReceiver(std::string_view text) {
  const std::optional<UrlParts> parts = SplitUrl(text);
  constexpr std::array<std::string_view, 5> kSchemes{"udp", "tcp", "tls", "relp", "relps"};
  if (!parts || std::find(kSchemes.begin(), kSchemes.end(), parts->scheme) == kSchemes.end()) {
    return Wrong(
        "is not a receiver; write udp://host:514, tcp://host:601, tls://host:6514, "
        "relp://host:2514 or relps://host:2514");
  }
  const Result<HostPort> target = ParseTarget(parts->authority);
  if (!target) return target.error();
  if (!parts->rest.empty()) return Wrong("holds a path; write tls://host:port and nothing else");
  return std::string(text);
}

Result<std::string> ParseBroker(std::string_view text) {
  if (text.find("://") != std::string_view::npos) {
    return Wrong(
        "is not a broker; write host:port, and TLS or SASL under properties: {"
        "security.protocol: ...}");
  }
  const Result<HostPort> target = ParseTarget(text);
  if (!target) return target.error();
  return std::string(text);
}

Result<std::string> ParseListen(std::string_view text) {
  const Result<HostPort> address = ParseHostPort(text);
  if (!address) return address.error();
  if (!address->port) return Wrong("has no port; write address:port, as in 127.0.0.1:9641");
  if (address->host != "localhost" && !IsIpv4(address->host) && !IsIpv6(address->host)) {
    return Wrong(
        "does not begin with an IP address; write 127.0.0.1:9641, or 0.0.0.0:9641 for "
        "all interfaces");
  }
  return std::string(text);
}

}  // namespace nsf
