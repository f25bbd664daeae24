// SPDX-License-Identifier: Apache-2.0
// What reading a configuration needs of the outside, as functions: the environment and files.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ports/result.h"

namespace nsf {

struct Surroundings {
  // The value of an environment variable; empty when it is not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // The content of a file; the error's message is why it cannot be read ("No such file or
  // directory"), without the path.
  std::function<Result<std::string>(const std::string& path)> read_file;
};

}  // namespace nsf
