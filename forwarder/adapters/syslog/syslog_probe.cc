// SPDX-License-Identifier: Apache-2.0
// A connection that is opened and closed again.
#include "adapters/syslog/syslog_probe.h"

#include <sys/socket.h>

#include <string_view>

#include "adapters/syslog/relp_session.h"
#include "adapters/syslog/resolve.h"
#include "adapters/syslog/syslog_connector.h"

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
  const SyslogAddress& first = config.addresses.front();
  if (first.transport == SyslogTransport::kUdp) {
    return WithoutValue(syslog::Resolver(first, SOCK_DGRAM).Resolve(never, until));
  }
  auto connector = syslog::MakeConnector(config, [](std::string_view) {});
  if (!connector) return connector.error();
  if (UsesRelp(first.transport)) {
    return WithoutValue(syslog::RelpSession::Open(**connector, never, until));
  }
  return WithoutValue((*connector)->Connect(never, until));
}

}  // namespace nsf
