// SPDX-License-Identifier: Apache-2.0
// Mail addresses, as OCSF takes them.
#pragma once

#include <string_view>

namespace nsf {

// What OCSF accepts as an address: the domain has a dot, not at its start and not at its end.
bool IsEmail(std::string_view text);

}  // namespace nsf
