// SPDX-License-Identifier: Apache-2.0
// What the commands need of the program around them.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "app/check.h"
#include "app/config/surroundings.h"
#include "app/run.h"

namespace nsf {

struct CommandContext {
  const Surroundings& surroundings;
  std::ostream& out;
  std::ostream& err;
  std::function<int(const Config&, const RunOptions&)> run;  // RunForwarder
  std::function<std::vector<Finding>(const Config&, const LiveCheckOptions&)> check;  // CheckLive
};

// To `context.out`: what was said must have arrived. A reader who went away (`| head`) has what was
// wanted. Returns `code`, or 1 where stdout cannot be written, which is said.
int Say(const std::string& text, const CommandContext& context, int code);

}  // namespace nsf
