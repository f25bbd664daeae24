// SPDX-License-Identifier: Apache-2.0
// Writing notices.
#include "app/notice_log.h"

namespace nsf {
namespace {

LogLevel LevelOf(Notice::Level level) {
  switch (level) {
    case Notice::Level::kInfo:
      return LogLevel::kInfo;
    case Notice::Level::kWarning:
      return LogLevel::kWarn;
    case Notice::Level::kError:
      return LogLevel::kError;
  }
  return LogLevel::kInfo;
}

}  // namespace

void NoticeLog::Write(const Notice& notice, const std::string& tenant, const std::string& stream,
                      MonotonicTime now) {
  const RepeatedLine line{LevelOf(notice.level), notice.text, tenant, stream, 0};
  if (!repeats_.IsNew(line, now)) return;
  log_.Write(line.level, notice.text + notice.detail, tenant, stream);
}

void NoticeLog::WriteRepeats(MonotonicTime now) {
  for (const RepeatedLine& line : repeats_.TakeOver(now)) {
    log_.Write(line.level, line.text + " (" + std::to_string(line.count) + " times more)",
               line.tenant, line.stream);
  }
}

}  // namespace nsf
