// SPDX-License-Identifier: Apache-2.0
// How far the job is, for people, is committed with each batch.
#include "app/jobs/replay_work.h"

#include <utility>
#include <vector>

namespace nsf {
namespace {

class ReplayWork final : public RewalkWork {
 public:
  ReplayWork(const Job& job, const JobProgress& progress, std::unique_ptr<Stream> stream,
             const RewalkParts& parts)
      : RewalkWork(job, progress, std::move(stream), parts) {}

 private:
  void Take(std::unique_ptr<Batch> batch) override {
    if (job_.dry_run) {
      // In memory alone: a dry run that is cut off begins again.
      for (const SinkBatch& sink : batch->sinks) progress_.delivered += sink.records.size();
      return SettleUnsent(std::move(batch));
    }
    JobProgress after = progress_;
    after.position = Position();
    after.rows = stream_->snapshot().received;
    for (const SinkBatch& sink : batch->sinks) after.delivered += sink.records.size();
    // One of an attempt that failed is out of date.
    std::erase_if(batch->state,
                  [this](const StateChange& change) { return change.key == JobProgressKey(job_); });
    batch->state.push_back({JobProgressKey(job_), EncodeJobProgress(after)});
    parts_.destination.Commit(std::move(batch), Await<Settlement>([this](Settlement settlement) {
                                OnSettled(std::move(settlement));
                              }));
  }

  void OnSettled(Settlement settlement) {
    if (!settlement.error) {
      for (const SinkSettlement& sink : settlement.sinks) {
        progress_.delivered += sink.delivered;
        parts_.telemetry.Replayed(job_.tenant, job_.stream, sink.sink, sink.delivered);
      }
    }
    Settled(std::move(settlement));
  }

  void OnWalked(const Now& /*now*/) override {
    End(JobState::kDone, job_.dry_run ? "nothing was sent: a dry run" : "");
  }
};

}  // namespace

std::unique_ptr<JobWork> MakeReplayWork(const Job& job, const JobProgress& progress,
                                        std::unique_ptr<Stream> stream, const RewalkParts& parts) {
  return std::make_unique<ReplayWork>(job, progress, std::move(stream), parts);
}

}  // namespace nsf
