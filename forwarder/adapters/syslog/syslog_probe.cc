// SPDX-License-Identifier: Apache-2.0
// A connection that is opened and closed again.
#include "adapters/syslog/syslog_probe.h"

#include <sys/socket.h>

#include "adapters/syslog/resolve.h"
#include "adapters/syslog/tcp_channel.h"
#include "adapters/syslog/tls_channel.h"

namespace nsf {
namespace {

template <typename T>
Result<void> WithoutValue(const Result<T>& result) {
  if (result) return {};
  return result.error();
}

}  // namespace

Result<void> ProbeSyslog(const SyslogSinkConfig& config, std::chrono::milliseconds patience) {
  const syslog::Signal never;
  const auto until = syslog::SteadyNow() + patience;
  switch (config.address.transport) {
    case SyslogTransport::kUdp:
      return WithoutValue(syslog::Resolver(config.address, SOCK_DGRAM).Resolve(never, until));
    case SyslogTransport::kTcp:
      return WithoutValue(syslog::TcpConnector(config.address).Connect(never, until));
    case SyslogTransport::kTls:
      break;
  }
  syslog::TlsConnector tls(config.address, config.tls);
  if (auto usable = tls.CheckSettings(); !usable) return usable;
  return WithoutValue(tls.Connect(never, until));
}

}  // namespace nsf
