// SPDX-License-Identifier: Apache-2.0
// Notices as lines of the log, without the repeats.
#pragma once

#include <string>

#include "app/log.h"
#include "app/log_repeats.h"
#include "pipeline/notice.h"
#include "ports/clock.h"

namespace nsf {

// For one thread.
class NoticeLog {
 public:
  // `log` outlives it.
  explicit NoticeLog(const Log& log) : log_(log) {}

  // `stream`: what of the tenant tells it.
  void Write(const Notice& notice, const std::string& tenant, const std::string& stream,
             MonotonicTime now);
  // To be called now and then: how often the same came again.
  void WriteRepeats(MonotonicTime now);

 private:
  const Log& log_;
  LogRepeats repeats_;
};

}  // namespace nsf
