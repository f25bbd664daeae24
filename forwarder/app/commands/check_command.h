// SPDX-License-Identifier: Apache-2.0
// `check`: everything that is wrong with a configuration file, for people or as JSON.
#pragma once

#include <iosfwd>

#include "app/config/load.h"

namespace nsf {

struct CheckOptions {
  bool offline = false;
  bool json = false;
};

// Tells what `loaded` found: errors and warnings to `err`, a summary with each sink's guarantee to
// `out`; with `json` all of it as one object to `out`. Returns the exit code: 0 or 2.
int CheckCommand(const LoadedConfig& loaded, const CheckOptions& options, std::ostream& out,
                 std::ostream& err);

}  // namespace nsf
