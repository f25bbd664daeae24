// SPDX-License-Identifier: Apache-2.0
// From checked settings to the structs that the program uses.
#pragma once

#include "app/config/config.h"
#include "app/config/setting.h"

namespace nsf {

// `root` must be without errors: every value is there and of its kind.
Config BuildConfig(const Setting& root);

}  // namespace nsf
