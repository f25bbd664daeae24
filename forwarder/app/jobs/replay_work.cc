// SPDX-License-Identifier: Apache-2.0
// The stream's own entries in the state are the resume point; how far the job is, for people, is
// committed with each batch. At the end both the entries and the job are settled in one commit.
#include "app/jobs/replay_work.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/state/keys.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kTryAgain{1};

class ReplayWork final : public JobWork {
 public:
  ReplayWork(const Job& job, JobProgress progress, std::unique_ptr<Stream> stream,
             ReplayParts parts)
      : job_(job), parts_(parts), stream_(std::move(stream)), progress_(std::move(progress)) {
    progress_.state = JobState::kRunning;
    progress_.end = stream_->settings().rewalk->end.time_since_epoch().count();
  }

  void Step(const Now& now) override {
    now_ = now;
    if (ended_ || concluding_ || now.monotonic < conclude_at_) return;
    if (conclusion_) return Conclude();
    while (completed_ || wake_at_ <= now.monotonic) {
      completed_ = false;
      StepOutput out = stream_->Step(now, std::exchange(completions_, {}));
      wake_at_ = out.goes_on ? MonotonicTime::min() : out.wake_at;
      for (const Notice& notice : out.notices) parts_.log.Info("replay: " + notice.text);
      Start(std::move(out));
    }
    if (under_way_ > 0) return;
    if (stream_->walks_lists()) {
      End(JobState::kFailed,
          "the tenant honours no time window: there is no range to ask for; "
          "`state reset --to` sends a list again from a time on");
    } else if (cancelled_) {
      End(JobState::kCancelled, "what was sent stays sent");
    } else if (stream_->ended()) {
      progress_.position = progress_.end;
      End(JobState::kDone, job_.dry_run ? "nothing was sent: a dry run" : "");
    }
  }

  void Cancel() override {
    cancelled_ = true;
    stream_->Drain();
  }

  bool ended() const override { return ended_ && under_way_ == 0; }

 private:
  // Everything that is reported is handled on the loop's thread.
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

  void Start(StepOutput out) {
    for (PageRequest& request : out.requests) {
      parts_.client.Start(std::move(request.http),
                          Await<HttpAnswer>([this, ticket = request.ticket](HttpAnswer answer) {
                            completions_.answers.push_back({ticket, std::move(answer)});
                          }));
    }
    for (std::unique_ptr<Batch>& batch : out.commits) Send(std::move(batch));
    if (out.load.empty()) return;
    parts_.store.Load(std::move(out.load), Await<Result<std::vector<StateEntry>>>(
                                               [this](Result<std::vector<StateEntry>> loaded) {
                                                 completions_.loaded = std::move(loaded);
                                               }));
  }

  void Send(std::unique_ptr<Batch> batch) {
    const auto settled = [this](Settlement settlement) { OnSettled(std::move(settlement)); };
    if (job_.dry_run) {
      // As if every sink had taken it, in memory alone: a dry run that is cut off begins again.
      Settlement settlement;
      for (const SinkBatch& sink : batch->sinks) {
        settlement.sinks.push_back({sink.sink, sink.records.size() - sink.rejections.size(), {}});
      }
      settlement.batch = std::move(batch);
      return Await<Settlement>(settled)(std::move(settlement));
    }
    JobProgress after = progress_;
    after.position = Position();
    after.rows = stream_->snapshot().received;
    for (const SinkBatch& sink : batch->sinks) after.delivered += sink.records.size();
    std::erase_if(batch->state, [this](const StateChange& change) {
      return change.key == JobProgressKey(job_);  // of an attempt that failed
    });
    batch->state.push_back({JobProgressKey(job_), EncodeJobProgress(after)});
    parts_.destination.Commit(std::move(batch), Await<Settlement>(settled));
  }

  void OnSettled(Settlement settlement) {
    if (!settlement.error) {
      progress_.message.clear();
      progress_.position = Position();
      progress_.rows = stream_->snapshot().received;
      for (const SinkSettlement& sink : settlement.sinks) {
        progress_.delivered += sink.delivered;
        if (job_.dry_run) continue;
        parts_.telemetry.Replayed(job_.tenant, job_.stream, sink.sink, sink.delivered);
      }
    }
    completions_.settlements.push_back(std::move(settlement));
  }

  std::int64_t Position() const {
    const auto until = stream_->snapshot().delivered_until;
    return until ? until->time_since_epoch().count() : 0;
  }

  void End(JobState state, std::string message) {
    progress_.state = state;
    progress_.message = std::move(message);
    conclusion_ = true;
    Conclude();
  }

  void Conclude() {
    const StreamSettings& settings = stream_->settings();
    const auto keys = parts_.store.Keys(StreamPrefix(settings.tenant, settings.state_name()));
    if (!keys) {
      conclude_at_ = now_.monotonic + kTryAgain;
      return;
    }
    std::vector<StateChange> changes;
    for (const std::string& key : *keys) changes.push_back({key, std::nullopt});
    changes.push_back({JobProgressKey(job_), EncodeJobProgress(progress_)});
    concluding_ = true;
    parts_.store.Commit(std::move(changes), Await<Result<void>>([this](Result<void> committed) {
                          concluding_ = false;
                          ended_ = committed.has_value();
                          if (!ended_) conclude_at_ = now_.monotonic + kTryAgain;
                        }));
  }

  const Job job_;
  ReplayParts parts_;
  std::unique_ptr<Stream> stream_;
  JobProgress progress_;
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

}  // namespace

StreamSettings ReplaySettings(const Job& job, StreamSettings settings) {
  const WallSeconds end = std::min(job.to.value_or(job.created), job.created);
  if (job.from) settings.start = *job.from;
  // Names of streams hold no '~'.
  settings.rewalk = Rewalk{settings.stream + '~' + job.id, end};
  settings.revisit.clear();
  if (!job.sink.empty()) {
    std::erase_if(settings.sinks, [&job](const SinkSpec& sink) { return sink.name != job.sink; });
  }
  return settings;
}

std::unique_ptr<JobWork> MakeReplayWork(const Job& job, const JobProgress& progress,
                                        std::unique_ptr<Stream> stream, ReplayParts parts) {
  return std::make_unique<ReplayWork>(job, progress, std::move(stream), parts);
}

}  // namespace nsf
