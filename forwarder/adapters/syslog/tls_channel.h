// SPDX-License-Identifier: Apache-2.0
// TLS over TCP (RFC 5425): certificates loaded and checked, the receiver authenticated.
#pragma once

#include <memory>

#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/resolve.h"
#include "adapters/syslog/tls_settings.h"

namespace nsf::syslog {

class TlsConnector : public Connector {
 public:
  TlsConnector(const SyslogAddress& address, SyslogTlsSettings settings);

  // Loads the files once to see that they can be used. kConfiguration: which file or key it is
  // about and the next step.
  Result<void> CheckSettings() const;

  // Loads the files anew, so that a renewed certificate is used from the next connection on.
  Result<std::unique_ptr<ByteChannel>> Connect(const Signal& stop, SteadyTime until) override;

 private:
  const SyslogAddress address_;
  const SyslogTlsSettings settings_;
  Resolver resolver_;
};

}  // namespace nsf::syslog
