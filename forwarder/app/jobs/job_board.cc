// SPDX-License-Identifier: Apache-2.0
// Looking for jobs, and having them done.
#include "app/jobs/job_board.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

namespace nsf {
namespace {

// One read of a handful of rows: often enough for somebody who waits.
constexpr std::chrono::seconds kLookEvery{2};
// How long the outcome of a job can be asked for.
constexpr std::chrono::hours kKeepEnded{7 * 24};

std::string Describe(const Job& job) {
  return "job " + job.id + " (" + std::string(JobKindName(job.kind)) + ")";
}

// Jobs of one lane would be in each other's way: those of one stream, and those of the dead letter.
std::string LaneOf(const Job& job) {
  if (job.kind == JobKind::kDeadLetterReplay) return "dead letter";
  return job.tenant + '/' + job.stream;
}

}  // namespace

JobBoard::JobBoard(StateStore& store, LoopCalls& calls, const Log& log, Begin begin)
    : store_(store), calls_(calls), log_(log), begin_(std::move(begin)) {}

void JobBoard::Step(const Now& now) {
  calls_.RunAll();
  for (const KnownJob& known : jobs_) {
    if (!known.cancelled) continue;
    for (auto& [lane, running] : running_) {
      if (running.key == JobKey(known.job)) running.work->Cancel();
    }
  }
  for (auto at = running_.begin(); at != running_.end();) {
    at->second.work->Step(now);
    const bool ended = at->second.work->ended();
    at = ended ? running_.erase(at) : std::next(at);
    if (ended) NoteEnd();
  }
  if (!stale_) BeginDue(now);
  Look(now);
}

bool JobBoard::HaveEnded(const std::vector<Job>& jobs) const {
  return std::all_of(jobs.begin(), jobs.end(), [this](const Job& job) {
    return std::any_of(jobs_.begin(), jobs_.end(), [&job](const KnownJob& known) {
      return known.job.id == job.id && JobKey(known.job) == JobKey(job) && known.progress.ended();
    });
  });
}

void JobBoard::Look(const Now& now) {
  if (looking_ || now.monotonic < look_at_) return;
  looking_ = true;
  look_at_ = now.monotonic + kLookEvery;
  const auto looked = [this, ends = ends_](Result<std::vector<StateEntry>> entries) {
    calls_.Post([this, ends, entries = std::move(entries)] { OnLooked(ends, entries); });
  };
  store_.Load({std::string(kJobPrefix)}, looked);
}

void JobBoard::OnLooked(std::uint64_t ends, const Result<std::vector<StateEntry>>& entries) {
  looking_ = false;
  if (ends != ends_) {  // read before the last end was written: it would begin again
    look_at_ = MonotonicTime();
    return;
  }
  auto jobs = entries ? ReadJobs(*entries) : Result<std::vector<KnownJob>>(entries.error());
  const std::string error = jobs ? "" : jobs.error().message;
  if (error != last_error_ && !error.empty()) log_.Error("jobs cannot be read: " + error);
  last_error_ = error;
  if (!jobs) return;
  jobs_ = *std::move(jobs);
  stale_ = false;
}

void JobBoard::BeginDue(const Now& now) {
  for (const KnownJob& known : jobs_) {
    if (known.progress.ended() || running_.contains(LaneOf(known.job))) continue;
    auto work = begin_(known.job, known.progress);
    if (!work) return Fail(known.job, work.error().message);
    log_.Info(Describe(known.job) + ": " +
              (known.progress.state == JobState::kWaiting ? "begins" : "goes on"));
    // It may have been begun before: whatever is half done is for the work to put in order.
    if (known.cancelled) (*work)->Cancel();
    (*work)->Step(now);
    running_[LaneOf(known.job)] = {*std::move(work), JobKey(known.job)};
  }
  DropOld(now);
}

void JobBoard::Fail(const Job& job, const std::string& message) {
  log_.Error(Describe(job) + ": " + message);
  JobProgress progress;
  progress.state = JobState::kFailed;
  progress.message = message;
  NoteEnd();
  store_.Commit({{JobProgressKey(job), EncodeJobProgress(progress)}}, [](const Result<void>&) {});
}

void JobBoard::NoteEnd() {
  ++ends_;
  stale_ = true;
  look_at_ = MonotonicTime();
}

void JobBoard::DropOld(const Now& now) {
  std::vector<StateChange> changes;
  for (const KnownJob& known : jobs_) {
    if (!known.progress.ended() || now.wall - known.job.created < kKeepEnded) continue;
    for (const std::string& key :
         {JobKey(known.job), JobProgressKey(known.job), JobCancelKey(known.job)}) {
      changes.push_back({key, std::nullopt});
    }
  }
  if (changes.empty()) return;
  NoteEnd();
  store_.Commit(std::move(changes), [](const Result<void>&) {});
}

}  // namespace nsf
