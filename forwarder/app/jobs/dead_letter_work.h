// SPDX-License-Identifier: Apache-2.0
// `dead-letter replay`: the dead letter is set aside and sent again, to the sinks that refused its
// records; what is refused again, or is not meant, goes back into it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "app/jobs/job_work.h"
#include "app/jobs/loop_calls.h"
#include "app/log.h"
#include "core/state/job.h"
#include "pipeline/replay/dead_letter_batch.h"
#include "ports/destination.h"
#include "ports/sink.h"
#include "ports/state_store.h"
#include "ports/telemetry.h"

namespace nsf {

// What the work stands on; outlives it.
struct DeadLetterParts {
  StateStore& store;
  // Its own: nothing else is committed to it. It puts what is refused into `sink`.
  Destination& destination;
  Sink& sink;        // the dead letter
  std::string path;  // its file
  DeadLetterForms forms;
  std::size_t most_records = 0;  // in a batch
  std::size_t most_bytes = 0;
  LoopCalls& calls;
  Telemetry& telemetry;
  const Log& log;
};

std::unique_ptr<JobWork> MakeDeadLetterWork(const Job& job, const JobProgress& progress,
                                            DeadLetterParts parts);

}  // namespace nsf
