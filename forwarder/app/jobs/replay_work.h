// SPDX-License-Identifier: Apache-2.0
// `replay`: a piece of time is walked again, by a stream of its own that leaves half of the
// requests to others and moves no other cursor, and its events are sent again, marked as repeated.
#pragma once

#include <memory>

#include "app/jobs/job_work.h"
#include "app/jobs/loop_calls.h"
#include "app/log.h"
#include "core/state/job.h"
#include "pipeline/stream/stream.h"
#include "ports/destination.h"
#include "ports/http_client.h"
#include "ports/state_store.h"
#include "ports/telemetry.h"

namespace nsf {

// What the work stands on; outlives it.
struct ReplayParts {
  StateStore& store;
  Destination& destination;  // nothing else of this stream is committed to it
  HttpClient& client;
  LoopCalls& calls;
  Telemetry& telemetry;
  const Log& log;
};

// The stream that carries `job` out, as `settings` of the stream that is repeated say. `created` of
// the job bounds a range without an end.
StreamSettings ReplaySettings(const Job& job, StreamSettings settings);

// `stream` was made of ReplaySettings() from what the state holds: it goes on where it was.
std::unique_ptr<JobWork> MakeReplayWork(const Job& job, const JobProgress& progress,
                                        std::unique_ptr<Stream> stream, ReplayParts parts);

}  // namespace nsf
