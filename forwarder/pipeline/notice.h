// SPDX-License-Identifier: Apache-2.0
// What a step has to tell people.
#pragma once

#include <cstdint>
#include <string>

namespace nsf {

// A line for the log.
struct Notice {
  enum class Level : std::uint8_t { kInfo, kWarning, kError };
  Level level = Level::kInfo;
  std::string text;
  // What is another each time, and makes no other line of the same text: a request's id.
  std::string detail = {};
};

}  // namespace nsf
