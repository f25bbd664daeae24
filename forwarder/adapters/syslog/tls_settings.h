// SPDX-License-Identifier: Apache-2.0
// The `tls` block of a syslog sink. There is no way to switch verification off.
#pragma once

#include <string>

namespace nsf {

struct SyslogTlsSettings {
  std::string ca_file;              // PEM; empty: the system's trust store
  std::string cert_file;            // PEM, own certificate and its chain; empty: none is shown
  std::string key_file;             // PEM, not encrypted
  std::string server_name;          // to ask for and to check; empty: the host of the address
  std::string min_version = "1.2";  // "1.2" or "1.3"
};

}  // namespace nsf
