// SPDX-License-Identifier: Apache-2.0
// An answer as a word for metrics.
#pragma once

#include <string>

#include "ports/http_client.h"

namespace nsf {

// "200", "error" where none came whole, "other" where the status is none. Bounded.
std::string StatusLabel(const HttpAnswer& answer);

}  // namespace nsf
