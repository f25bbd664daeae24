// SPDX-License-Identifier: Apache-2.0
// Which of librdkafka's properties a sink may not set, because what it guarantees rests on them,
// and which hold secrets. The one place that knows; the configuration asks here too.
#pragma once

#include <string>
#include <string_view>

namespace nsf {

// Why `name` may not be set, and what to do instead; empty when it may.
std::string_view WhyReservedKafkaProperty(std::string_view name);

inline bool IsReservedKafkaProperty(std::string_view name) {
  return !WhyReservedKafkaProperty(name).empty();
}

// Why `name` may be set, but not to `value`; empty when it may. Never repeats the value.
std::string_view WhyRefusedKafkaValue(std::string_view name, std::string_view value);

// Its value must never be shown.
bool IsSecretKafkaProperty(std::string_view name);

}  // namespace nsf
