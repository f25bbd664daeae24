// SPDX-License-Identifier: Apache-2.0
// A stream stepped on the side of the loop. Its own entries in the state are where it goes on after
// a restart; at the end they are dropped in the commit that settles the job.
#include "app/jobs/rewalk_work.h"

#include <algorithm>
#include <vector>

#include "core/state/keys.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kTryAgain{1};

}  // namespace

StreamSettings RewalkSettings(const Job& job, StreamSettings settings) {
  const WallSeconds end = std::min(job.to.value_or(job.created), job.created);
  if (job.from) settings.start = *job.from;
  // Names of streams hold no '~'.
  settings.rewalk = Rewalk{settings.stream + '~' + job.id, end};
  settings.revisit.clear();
  settings.iterator.reset();  // which cannot be asked for a range: the list is walked
  if (!job.sink.empty()) {
    std::erase_if(settings.sinks, [&job](const SinkSpec& sink) { return sink.name != job.sink; });
  }
  return settings;
}

RewalkWork::RewalkWork(const Job& job, JobProgress progress, std::unique_ptr<Stream> stream,
                       const RewalkParts& parts)
    : job_(job), parts_(parts), stream_(std::move(stream)), progress_(std::move(progress)) {
  progress_.state = JobState::kRunning;
  progress_.end = stream_->settings().rewalk->end.time_since_epoch().count();
}

void RewalkWork::Step(const Now& now) {
  now_ = now;
  if (ended_ || concluding_ || now.monotonic < conclude_at_) return;
  if (conclusion_) return Conclude();
  while (completed_ || wake_at_ <= now.monotonic) {
    completed_ = false;
    StepOutput out = stream_->Step(now, std::exchange(completions_, {}));
    wake_at_ = out.goes_on ? MonotonicTime::min() : out.wake_at;
    for (const Notice& notice : out.notices) {
      parts_.log.Info(std::string(JobKindName(job_.kind)) + ": " + notice.text);
    }
    Start(std::move(out));
  }
  if (under_way_ > 0) return;
  if (stream_->walks_lists()) {
    End(JobState::kFailed,
        "the tenant honours no time window: there is no range to ask for; `state reset --to` "
        "sends a list again from a time on");
  } else if (cancelled_) {
    End(JobState::kCancelled, "what was sent stays sent");
  } else if (stream_->ended()) {
    progress_.position = progress_.end;
    OnWalked(now);
  }
}

void RewalkWork::Cancel() {
  cancelled_ = true;
  stream_->Drain();
}

void RewalkWork::Start(StepOutput out) {
  for (PageRequest& request : out.requests) {
    parts_.client.Start(std::move(request.http),
                        Await<HttpAnswer>([this, ticket = request.ticket](HttpAnswer answer) {
                          completions_.answers.push_back({ticket, std::move(answer)});
                        }));
  }
  for (std::unique_ptr<Batch>& batch : out.commits) Take(std::move(batch));
  if (out.load.empty()) return;
  using Loaded = Result<std::vector<StateEntry>>;
  parts_.store.Load(std::move(out.load), Await<Loaded>([this](Loaded loaded) {
                      completions_.loaded = std::move(loaded);
                    }));
}

void RewalkWork::Settled(Settlement settlement) {
  if (!settlement.error) {
    progress_.message.clear();
    progress_.position = Position();
    progress_.rows = stream_->snapshot().received;
  }
  completed_ = true;
  completions_.settlements.push_back(std::move(settlement));
}

void RewalkWork::SettleUnsent(std::unique_ptr<Batch> batch) {
  Settlement settlement;
  for (const SinkBatch& sink : batch->sinks) {
    settlement.sinks.push_back({sink.sink, sink.records.size() - sink.rejections.size(), {}});
  }
  settlement.batch = std::move(batch);
  Settled(std::move(settlement));
}

void RewalkWork::Walk(std::unique_ptr<Stream> stream) {
  stream_ = std::move(stream);
  completions_ = {};
  wake_at_ = MonotonicTime::min();
}

std::int64_t RewalkWork::Position() const {
  const auto until = stream_->snapshot().delivered_until;
  return until ? until->time_since_epoch().count() : 0;
}

void RewalkWork::End(JobState state, std::string message) {
  progress_.state = state;
  progress_.message = std::move(message);
  conclusion_ = true;
  Conclude();
}

void RewalkWork::Conclude() {
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
  parts_.store.Commit(std::move(changes),
                      Await<Result<void>>([this](const Result<void>& committed) {
                        concluding_ = false;
                        ended_ = committed.has_value();
                        if (!ended_) conclude_at_ = now_.monotonic + kTryAgain;
                      }));
}

}  // namespace nsf
