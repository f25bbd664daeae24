// SPDX-License-Identifier: Apache-2.0
// Lines that say the same again: the first is written, and a minute later how often it came since.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "app/config/config.h"
#include "ports/clock.h"

namespace nsf {

struct RepeatedLine {
  LogLevel level = LogLevel::kInfo;
  std::string text;
  std::string tenant;
  std::string stream;
  std::uint64_t count = 0;  // times that were not written
};

// For one thread.
class LogRepeats {
 public:
  // It is to be written: the same was not within the last minute.
  bool IsNew(const RepeatedLine& line, MonotonicTime now);
  // Lines whose minute is over and that came again in it.
  std::vector<RepeatedLine> TakeOver(MonotonicTime now);

 private:
  struct Seen {
    MonotonicTime first;
    RepeatedLine line;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Seen> seen_;
};

}  // namespace nsf
