// SPDX-License-Identifier: Apache-2.0
// What `replay` and `reconcile` have in common: a piece of time is walked again, by a stream of its
// own that leaves half of the requests to others and moves no other cursor.
#pragma once

#include <memory>
#include <string>
#include <utility>

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
struct RewalkParts {
  StateStore& store;
  Destination& destination;  // nothing else of this stream is committed to it
  HttpClient& client;
  LoopCalls& calls;
  Telemetry& telemetry;
  const Log& log;
};

// Of the stream that carries `job` out, beside the one of `settings`. A range without an end ends
// where the job was made.
StreamSettings RewalkSettings(const Job& job, StreamSettings settings);

class RewalkWork : public JobWork {
 public:
  void Step(const Now& now) final;
  void Cancel() final;
  bool ended() const final { return ended_ && under_way_ == 0; }

 protected:
  // `stream` was made of RewalkSettings().
  RewalkWork(const Job& job, JobProgress progress, std::unique_ptr<Stream> stream,
             const RewalkParts& parts);

  // What was found. It is settled by Settled(), now or later.
  virtual void Take(std::unique_ptr<Batch> batch) = 0;
  // All of the range is walked: calls End(), now or after a Walk().
  virtual void OnWalked(const Now& now) = 0;

  // Runs `handle` on the loop's thread with what is reported.
  template <typename Report, typename Handle>
  auto Await(Handle handle) {
    ++under_way_;
    return [this, handle](Report report) {
      const auto kept = std::make_shared<Report>(std::move(report));
      parts_.calls.Post([this, handle, kept] {
        --under_way_;
        completed_ = true;
        handle(std::move(*kept));
      });
    };
  }
  void Settled(Settlement settlement);
  // As if every sink had taken the batch.
  void SettleUnsent(std::unique_ptr<Batch> batch);
  // Walks the range once more.
  void Walk(std::unique_ptr<Stream> stream);
  void End(JobState state, std::string message);
  // Epoch seconds up to which the range is walked.
  std::int64_t Position() const;

  const Job job_;
  const RewalkParts parts_;
  std::unique_ptr<Stream> stream_;
  JobProgress progress_;

 private:
  void Start(StepOutput out);
  void Conclude();

  Completions completions_;
  Now now_{};
  MonotonicTime wake_at_ = MonotonicTime::min();
  MonotonicTime conclude_at_{};
  int under_way_ = 0;  // reports that are to come
  bool completed_ = false;
  bool cancelled_ = false;
  bool conclusion_ = false;  // known, not committed
  bool concluding_ = false;
  bool ended_ = false;
};

}  // namespace nsf
