// SPDX-License-Identifier: Apache-2.0
// Writing how far a job is.
#include "app/commands/job_display.h"

#include <algorithm>
#include <chrono>
#include <ostream>

namespace nsf {
namespace {

constexpr std::chrono::milliseconds kOnTerminal{250};
constexpr std::chrono::seconds kElsewhere{10};
constexpr int kBarWidth = 24;

// 0 … 1; nothing is known of it before the job has begun.
double Share(const KnownJob& known) {
  const JobProgress& progress = known.progress;
  const std::int64_t begin = known.job.from ? known.job.from->time_since_epoch().count() : 0;
  if (progress.end <= begin) return 0;
  const auto done = static_cast<double>(progress.position - begin);
  return std::clamp(done / static_cast<double>(progress.end - begin), 0.0, 1.0);
}

}  // namespace

std::string JobScope(const Job& job) {
  if (job.tenant == kEveryName && job.stream == kEveryName) return "every stream";
  return job.tenant + '/' + job.stream;
}

std::string JobLine(const KnownJob& known) {
  const JobProgress& progress = known.progress;
  const auto full = static_cast<std::size_t>(Share(known) * kBarWidth);
  std::string line = '[' + std::string(full, '#') + std::string(kBarWidth - full, '.') + "] ";
  line += JobScope(known.job) + ": ";
  if (progress.state == JobState::kWaiting) return line + "waiting for its turn";
  line += std::to_string(static_cast<int>(Share(known) * 100)) + " %, " +
          std::to_string(progress.rows) + " rows, " + std::to_string(progress.delivered) +
          " delivered, " + std::to_string(progress.missing) + " missing";
  return progress.message.empty() ? line : line + "; " + progress.message;
}

void JobDisplay::Show(MonotonicTime now, const std::vector<KnownJob>& jobs) {
  const auto job = std::find_if(jobs.begin(), jobs.end(),
                                [](const KnownJob& known) { return !known.progress.ended(); });
  if (job == jobs.end()) return;
  const auto pause = terminal_ ? std::chrono::nanoseconds(kOnTerminal) : kElsewhere;
  if (!last_.empty() && now - shown_ < pause) return;
  const std::string line = JobLine(*job);
  shown_ = now;
  if (line == last_) return;
  last_ = line;
  out_ << (terminal_ ? "\r\033[K" : "") << line << (terminal_ ? "" : "\n") << std::flush;
}

void JobDisplay::Finish() {
  if (terminal_ && !last_.empty()) out_ << "\r\033[K" << std::flush;
  last_.clear();
}

}  // namespace nsf
