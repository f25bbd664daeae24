// SPDX-License-Identifier: Apache-2.0
// One stream's snapshot as samples.
#pragma once

#include <string>
#include <vector>

#include "adapters/prometheus/metric_page.h"
#include "ports/clock.h"
#include "ports/health.h"
#include "ports/telemetry.h"

namespace nsf {

struct StreamLabels {
  std::string tenant;
  std::string stream;
  std::vector<std::string> sinks;  // configured: shown also where nothing has come yet
};

void AddStreamMetrics(const StreamLabels& labels, const StreamSnapshot& snapshot, WallTime now,
                      MetricPage* page);

void AddHealthMetrics(const NamedHealth& named, MetricPage* page);

}  // namespace nsf
