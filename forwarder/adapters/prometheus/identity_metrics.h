// SPDX-License-Identifier: Apache-2.0
// What is known of one tenant's people as samples.
#pragma once

#include <string>

#include "adapters/prometheus/metric_page.h"
#include "ports/telemetry.h"

namespace nsf {

void AddIdentityMetrics(const std::string& tenant, const IdentitySnapshot& snapshot,
                        MetricPage* page);

}  // namespace nsf
