// SPDX-License-Identifier: Apache-2.0
// The program's log: one line an event of interest, on stderr, as text for people or JSON for
// machines. Whoever logs passes no secret: tokens never reach code that logs.
#pragma once

#include <memory>
#include <string_view>

#include "app/config/config.h"

namespace spdlog {
class logger;
}

namespace nsf {

// Thread-safe.
class Log {
 public:
  explicit Log(const LogConfig& config);

  // `tenant` and `stream` are empty where the line is about neither.
  void Write(LogLevel level, std::string_view message, std::string_view tenant = {},
             std::string_view stream = {}) const;
  void Info(std::string_view message) const { Write(LogLevel::kInfo, message); }
  void Warn(std::string_view message) const { Write(LogLevel::kWarn, message); }
  void Error(std::string_view message) const { Write(LogLevel::kError, message); }

 private:
  LogFormat format_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace nsf
