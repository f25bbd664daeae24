// SPDX-License-Identifier: Apache-2.0
// What a sink's acknowledgement is worth, told from its configuration alone.
#pragma once

#include <string>

#include "app/config/config.h"

namespace nsf {

// "exactly once: …", "at least once: …" or "best effort: …". The clauses are those of
// docs/DELIVERY.md.
std::string GuaranteeText(const SinkConfig& sink, const StateConfig& state);

// What keeping a refused record is worth: as a sink's.
std::string GuaranteeText(const DeadLetterConfig& dead_letter, const StateConfig& state);

}  // namespace nsf
