// SPDX-License-Identifier: Apache-2.0
// One request of a check, waited for.
#pragma once

#include <string>

#include "ports/http_client.h"

namespace nsf {

// Blocks until there is an answer, at most half a minute.
HttpAnswer Ask(HttpClient& client, std::string target);

}  // namespace nsf
