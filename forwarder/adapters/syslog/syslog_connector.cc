// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/syslog_connector.h"

#include <string>
#include <utility>
#include <vector>

#include "adapters/syslog/failover.h"
#include "adapters/syslog/tcp_channel.h"
#include "adapters/syslog/tls_channel.h"

namespace nsf::syslog {
namespace {

std::unique_ptr<Connector> ConnectorTo(const SyslogAddress& address, const SyslogTlsSettings& tls) {
  if (UsesTls(address.transport)) return std::make_unique<TlsConnector>(address, tls);
  return std::make_unique<TcpConnector>(address);
}

}  // namespace

Result<std::unique_ptr<Connector>> MakeConnector(const SyslogSinkConfig& config, Log log) {
  const SyslogAddress& first = config.addresses.front();
  if (UsesTls(first.transport)) {
    auto usable = TlsConnector(first, config.tls).CheckSettings();
    if (!usable) return usable.error();
  }
  std::vector<FailoverConnector::Target> targets;
  for (const SyslogAddress& address : config.addresses) {
    targets.push_back({ToString(address), ConnectorTo(address, config.tls)});
  }
  return std::unique_ptr<Connector>(
      std::make_unique<FailoverConnector>(std::move(targets), std::move(log)));
}

std::string AddressNames(const SyslogSinkConfig& config) {
  std::string names;
  for (const SyslogAddress& address : config.addresses) {
    names += (names.empty() ? "" : ", ") + ToString(address);
  }
  return names;
}

}  // namespace nsf::syslog
