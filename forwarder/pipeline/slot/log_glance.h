// SPDX-License-Identifier: Apache-2.0
// Reads a log to its end without taking it over: what is seen was committed, and may be old.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "pipeline/slot/log_content.h"
#include "ports/commit_log.h"
#include "ports/result.h"

namespace nsf {

// Begins at once; outlived by the log, which is closed before this is destroyed.
class LogGlance {
 public:
  // `ended` is called on any thread, once.
  LogGlance(CommitLog& log, std::function<void()> ended) : log_(log), ended_(std::move(ended)) {
    log_.AskEnd([this](const Result<std::int64_t>& end) {
      if (!end) return End(end.error());
      Read(*end);
    });
  }

  // Absent until all is read, or cannot be.
  std::optional<Result<std::vector<StateEntry>>> outcome() const {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }

 private:
  void Read(std::int64_t end) {
    log_.Read([this, end](const Result<LogPiece>& piece) {
      if (!piece) return End(piece.error());
      if (content_.Take(*piece, end)) return End(content_.Scan(""));
      Read(end);
    });
  }

  void End(Result<std::vector<StateEntry>> outcome) {
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
    }
    ended_();
  }

  CommitLog& log_;
  const std::function<void()> ended_;
  LogContent content_;  // of the log's thread
  mutable std::mutex mutex_;
  std::optional<Result<std::vector<StateEntry>>> outcome_;
};

}  // namespace nsf
