// SPDX-License-Identifier: Apache-2.0
// The owner's side of jobs: finds those left in the state, by itself or by another process, and has
// them carried out: those of one stream one after the other, those of several side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/jobs/job_work.h"
#include "app/jobs/loop_calls.h"
#include "app/log.h"
#include "core/state/job.h"
#include "ports/state_store.h"

namespace nsf {

// For the loop's thread.
class JobBoard {
 public:
  // Begins a job, or goes on with it from `progress`. An error ends it as failed, with its message.
  using Begin =
      std::function<Result<std::unique_ptr<JobWork>>(const Job& job, const JobProgress& progress)>;

  // All that is given outlives the board.
  JobBoard(StateStore& store, LoopCalls& calls, const Log& log, Begin begin);

  // Call whenever the loop looks around.
  void Step(const Now& now);

  // As the state had them when last looked at; none before that.
  const std::vector<KnownJob>& jobs() const { return jobs_; }
  // Every one of these has ended.
  bool HaveEnded(const std::vector<Job>& jobs) const;

 private:
  void Look(const Now& now);
  void OnLooked(std::uint64_t ends, const Result<std::vector<StateEntry>>& entries);
  void BeginDue(const Now& now);
  // Ends a job without carrying it out.
  void Fail(const Job& job, const std::string& message);
  void DropOld(const Now& now);
  // What is known of the jobs is out of date.
  void NoteEnd();

  StateStore& store_;
  LoopCalls& calls_;
  const Log& log_;
  const Begin begin_;
  std::vector<KnownJob> jobs_;
  std::string last_error_;
  bool looking_ = false;
  MonotonicTime look_at_{};
  struct Running {
    std::unique_ptr<JobWork> work;
    std::string key;  // of its job
  };
  std::map<std::string, Running> running_;  // by lane
  std::uint64_t ends_ = 0;                  // so often were jobs ended
  bool stale_ = true;                       // jobs_ is older than the last of these
};

}  // namespace nsf
