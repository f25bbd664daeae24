// SPDX-License-Identifier: Apache-2.0
// One check after the other.
#include "app/check.h"

#include "app/checks/checks.h"

namespace nsf {

std::vector<Finding> CheckLive(const Config& config, const LiveCheckOptions& options) {
  Findings findings;
  CheckState(config, &findings);
  for (const TenantConfig& tenant : config.tenants) CheckTenant(tenant, &findings);
  for (const SinkConfig& sink : config.sinks) CheckSink(sink, options.write, &findings);
  CheckDeadLetter(config, options.write, &findings);
  return findings;
}

}  // namespace nsf
