// SPDX-License-Identifier: Apache-2.0
// `state reset`: a stream's entries are replaced while nothing of it is under way, and it begins
// anew.
#pragma once

#include <functional>
#include <memory>

#include "app/jobs/job_work.h"
#include "app/jobs/loop_calls.h"
#include "core/state/job.h"
#include "ports/state_store.h"

namespace nsf {

// The stream of a job, as far as a reset has to do with it. All of it is called on the loop's
// thread; where this owner has no such stream, nothing happens and it counts as parked.
struct StreamSwitch {
  std::function<void()> park;
  std::function<bool()> parked;
  std::function<void()> renew;  // makes it from the state as it is now
};

// Deletes all entries of the job's stream; with Job::to it begins again there, else at its `start`.
// Deletion, new cursor and the job's end are one commit. `store` and `calls` outlive it.
std::unique_ptr<JobWork> MakeResetWork(const Job& job, StateStore& store, LoopCalls& calls,
                                       StreamSwitch stream);

}  // namespace nsf
