// SPDX-License-Identifier: Apache-2.0
// `check`: everything that is wrong with a configuration file and what it names, for people or as
// JSON.
#pragma once

#include <iosfwd>
#include <vector>

#include "app/check.h"
#include "app/config/load.h"

namespace nsf {

struct CheckOptions {
  bool offline = false;
  bool write = false;  // send test messages
  bool json = false;
};

// Tells what `loaded` found: errors and warnings to `err`, a summary with each sink's guarantee,
// and what was found live, to `out`; with `json` all of it as one object to `out`. Returns the exit
// code: 0; 2 when the file is wrong; 1 when something else is.
int CheckCommand(const LoadedConfig& loaded, const std::vector<Finding>& findings,
                 const CheckOptions& options, std::ostream& out, std::ostream& err);

}  // namespace nsf
