// SPDX-License-Identifier: Apache-2.0
// How one tenant is reached. There is no way to switch the verification of certificates off.
#pragma once

#include <cstdint>
#include <string>

namespace nsf {

// How the token is sent.
enum class TokenScheme : std::uint8_t {
  kToken,          // Netskope-Api-Token: T
  kAuthorization,  // Authorization: Netskope-Api-Token T
  kBearer,         // Authorization: Bearer T
};

struct CurlTlsSettings {
  std::string ca_file;    // PEM; empty: the system's trust store
  std::string cert_file;  // PEM, own certificate and its chain; empty: none is shown
  std::string key_file;   // PEM, not encrypted
  // To ask for (SNI, Host) and to check, in place of the host of base_url, to which the connection
  // still goes: for a tenant that is reached through a tunnel or by address. Empty: that host.
  std::string server_name;
  std::string min_version = "1.2";  // "1.2" or "1.3"
};

struct CurlSettings {
  std::string base_url;  // "https://acme.goskope.com"; http only to a loopback host
  TokenScheme scheme = TokenScheme::kToken;
  CurlTlsSettings tls;
  // Empty: HTTPS_PROXY and NO_PROXY decide; "none": no proxy; else a URL, perhaps with a password.
  // Plain http (to loopback) never goes through a proxy, which would read the token.
  std::string proxy;
  std::string user_agent;
};

}  // namespace nsf
