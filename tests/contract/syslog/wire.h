// SPDX-License-Identifier: Apache-2.0
// A transport, with what its receiver and its sink need: certificates of an authority of its own,
// where it is in TLS.
#pragma once

#include <optional>

#include "adapters/syslog/address.h"
#include "contract/syslog/certificates.h"
#include "contract/syslog/receiver.h"

namespace nsf::testing {

struct Wire {
  explicit Wire(SyslogTransport chosen) : transport(chosen) {
    ca = MakeCertificate(directory, {"ca", "", nullptr, true});
    server = MakeCertificate(directory, {"server", "IP:127.0.0.1,DNS:localhost", &ca});
  }
  std::optional<ReceiverTls> tls() const {
    if (!UsesTls(transport)) return std::nullopt;
    return ReceiverTls{server, ""};
  }
  SyslogSinkConfig Config(const Receiver& receiver) const {
    SyslogSinkConfig config = QuickConfig(transport, receiver.port());
    config.tls.ca_file = ca.cert_file;
    return config;
  }

  const SyslogTransport transport;
  Directory directory;
  CertificateFiles ca;
  CertificateFiles server;
};

}  // namespace nsf::testing
