// SPDX-License-Identifier: Apache-2.0
// The librdkafka properties that the configuration may not set, because a guarantee rests on them
// or because a key of the sink sets them.
#pragma once

#include <string>

namespace nsf {

// Why `name` may not be set, and what to do; empty when it may.
std::string WhyReserved(const std::string& name);

// What to warn of when `name` is set to `value`; empty: nothing.
std::string WhyRisky(const std::string& name, const std::string& value);

}  // namespace nsf
