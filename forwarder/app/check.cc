// SPDX-License-Identifier: Apache-2.0
// One check after the other.
#include "app/check.h"

#include <utility>

#include "app/checks/checks.h"

namespace nsf {

Finding WrongAs(std::string subject, const std::string& message, std::string why) {
  Finding finding{Finding::Level::kWrong, std::move(subject), message, std::move(why), ""};
  if (const auto step = message.rfind("; "); step != std::string::npos) {
    finding.what = message.substr(0, step);
    finding.mend = message.substr(step + 2);
  }
  return finding;
}

std::vector<Finding> CheckLive(const Config& config, const LiveCheckOptions& options) {
  Findings findings;
  CheckState(config, &findings);
  CheckServer(config, &findings);
  CheckSecrets(config, &findings);
  for (const TenantConfig& tenant : config.tenants) CheckTenant(tenant, &findings);
  for (const SinkConfig& sink : config.sinks) CheckSink(config, sink, options.write, &findings);
  CheckDeadLetter(config, options.write, &findings);
  return findings;
}

}  // namespace nsf
