// SPDX-License-Identifier: Apache-2.0
// What a state means, and what to do about it, in a sentence for people.
#pragma once

#include <string_view>

#include "ports/health.h"

namespace nsf {

std::string_view HealthText(const StreamHealth& health);

}  // namespace nsf
