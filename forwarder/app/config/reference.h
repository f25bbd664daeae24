// SPDX-License-Identifier: Apache-2.0
// `config reference`: the table of keys as the Markdown that docs/CONFIGURATION.md holds.
#pragma once

#include <string>

namespace nsf {

std::string ConfigReference();

}  // namespace nsf
