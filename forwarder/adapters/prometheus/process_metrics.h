// SPDX-License-Identifier: Apache-2.0
// The process_* metrics that every Prometheus client shows under the same names.
#pragma once

#include "adapters/prometheus/metric_page.h"

namespace nsf {

// Adds what /proc says of this process; what cannot be read is left out. `page` has the prefix
// "process_".
void AddProcessMetrics(MetricPage* page);

}  // namespace nsf
