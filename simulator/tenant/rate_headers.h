// SPDX-License-Identifier: Apache-2.0
// How a gateway tells its clients of the rate limit: rightly, oddly or not at all.
#pragma once

#include <cstdint>

#include "tenant/answer.h"
#include "tenant/rate_limiter.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// `now` is the tenant's time. Adds Retry-After too if the verdict is to wait.
void AddRateHeaders(const Settings& settings, std::uint64_t limit, const RateVerdict& verdict,
                    Time now, Headers* headers);

}  // namespace nsf_simulator
