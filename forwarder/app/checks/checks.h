// SPDX-License-Identifier: Apache-2.0
// The parts of a live check: app/check.h.
#pragma once

#include <vector>

#include "app/check.h"

namespace nsf {

using Findings = std::vector<Finding>;

// Token and scope of each endpoint, the clocks, and whether the request budget is enough. What is
// learned of a tenant's dialect belongs here too.
void CheckTenant(const TenantConfig& tenant, Findings* findings);

// Can what is refused or delivered get there? With `write`, one test message is sent.
void CheckSink(const SinkConfig& sink, bool write, Findings* findings);

// The same of the dead letter, where it is a topic.
void CheckDeadLetter(const Config& config, bool write, Findings* findings);

// May the state be owned and written, and is anything wrong with it?
void CheckState(const Config& config, Findings* findings);

}  // namespace nsf
