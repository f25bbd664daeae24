// SPDX-License-Identifier: Apache-2.0
// The file is renamed, so that what is refused meanwhile goes into a fresh one; the renamed one is
// read from start to end and deleted when all of it is delivered or back in the dead letter. Its
// name holds the job's id: after a crash the same job goes on with it, at the position that was
// committed with the batch before.
#include "app/jobs/dead_letter_work.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "pipeline/replay/dead_letter_batch.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kTryAgain{2};

std::string NameOrAny(const std::string& name) { return name == kEveryName ? "" : name; }

class DeadLetterWork final : public JobWork {
 public:
  DeadLetterWork(const Job& job, JobProgress progress, DeadLetterParts parts)
      : job_(job),
        parts_(std::move(parts)),
        aside_(parts_.path + '.' + job.id),
        choice_{NameOrAny(job.tenant), NameOrAny(job.stream), job.sink},
        progress_(std::move(progress)) {
    progress_.state = JobState::kRunning;
  }

  void Step(const Now& now) override {
    now_ = now;
    if (ended_ || waiting_ || now.monotonic < try_at_) return;
    if (concluding_) return Conclude();
    if (!set_aside_) return SetAside();
    if (batch_) return Send();
    Read();
  }

  void Cancel() override { cancelled_ = true; }
  bool ended() const override { return ended_; }

 private:
  // Runs `then` on the loop's thread with what is reported; nothing else happens before.
  template <typename Report>
  auto Await(void (DeadLetterWork::*then)(Report)) {
    waiting_ = true;
    return [this, then](auto report) {
      const auto kept = std::make_shared<std::decay_t<Report>>(std::move(report));
      parts_.calls.Post([this, then, kept] {
        waiting_ = false;
        (this->*then)(std::move(*kept));
      });
    };
  }

  void SetAside() {
    std::error_code error;
    if (!std::filesystem::exists(aside_, error)) {
      const bool is_file = std::filesystem::is_regular_file(parts_.path, error);
      if (!is_file && std::filesystem::exists(parts_.path, error)) {
        return End(JobState::kFailed, parts_.path + " is no file that can be read again");
      }
      if (!is_file || std::filesystem::file_size(parts_.path, error) == 0) {
        return End(JobState::kDone, "the dead letter is empty");
      }
      std::filesystem::rename(parts_.path, aside_, error);
      if (error) {
        return End(JobState::kFailed, parts_.path + " cannot be renamed (" + error.message() +
                                          "); let this program's user write its directory");
      }
    }
    // An empty batch behind the reopening: once it is done, nothing is written to the old file.
    parts_.sink.Reopen();
    fence_ = SinkBatch();
    parts_.sink.Publish(fence_, Await(&DeadLetterWork::OnReopened));
  }

  void OnReopened(std::optional<Error> error) {
    std::error_code ignored;
    if (error || !std::filesystem::exists(parts_.path, ignored)) {
      // The sink still writes to the old file: it takes its name back.
      std::filesystem::rename(aside_, parts_.path, ignored);
      return End(JobState::kFailed,
                 "the dead letter cannot be opened anew" +
                     (error ? ": " + error->message : "; make room in its directory"));
    }
    progress_.end = static_cast<std::int64_t>(std::filesystem::file_size(aside_, ignored));
    set_aside_ = true;
    Step(now_);
  }

  void Read() {
    lines_.clear();
    std::ifstream file(aside_, std::ios::binary);
    file.seekg(progress_.position);
    std::size_t bytes = 0;
    std::string line;
    // A row is held some three times: as its line, as received, formatted.
    while (lines_.size() < parts_.most_records && bytes < parts_.most_bytes / 4 &&
           std::getline(file, line)) {
      bytes += line.size() + 1;
      lines_.push_back(std::move(line));
    }
    if (file.bad() || !file.is_open()) {
      return Pause("the dead letter cannot be read: " + aside_ + "; check its disk");
    }
    if (lines_.empty()) return Finish();
    next_ = progress_;
    next_.position += static_cast<std::int64_t>(bytes);
    next_.rows += lines_.size();
    Choose();
    Keep();
  }

  void Choose() {
    if (cancelled_) {
      made_ = {};
      made_.kept.assign(lines_.begin(), lines_.end());
    } else {
      made_ = MakeDeadLetterBatch(lines_, choice_, parts_.forms, now_.wall);
    }
    batch_ = std::move(made_.batch);
    if (!batch_) batch_ = std::make_unique<Batch>();
  }

  // What is not sent goes back as it was.
  void Keep() {
    kept_ = SinkBatch();
    for (const std::string_view line : made_.kept) {
      Record record;
      record.value = line;
      kept_.records.push_back(record);
      kept_.outcomes.push_back(OutcomeKind::kUndecided);
    }
    if (kept_.records.empty()) return Send();
    parts_.sink.Publish(kept_, Await(&DeadLetterWork::OnKept));
  }

  void OnKept(std::optional<Error> error) {
    const bool all = std::all_of(kept_.outcomes.begin(), kept_.outcomes.end(),
                                 [](OutcomeKind kind) { return kind == OutcomeKind::kDelivered; });
    if (all) return Send();
    batch_.reset();  // read again
    Pause(error ? error->message : "not every line is kept");
  }

  void Send() {
    if (batch_->sinks.empty()) {
      const std::vector<StateChange> changes{{JobProgressKey(job_), EncodeJobProgress(next_)}};
      parts_.store.Commit(changes, Await(&DeadLetterWork::OnPassedOver));
      return;
    }
    // Counted as if all were taken; what is refused is corrected with the batch after it.
    JobProgress settled = next_;
    settled.delivered += made_.sent;
    batch_->state = {{JobProgressKey(job_), EncodeJobProgress(settled)}};
    parts_.destination.Commit(std::move(batch_), Await(&DeadLetterWork::OnSettled));
  }

  void OnPassedOver(const Result<void>& committed) {
    if (!committed) return Pause(committed.error().message);
    batch_.reset();
    progress_ = next_;
    Step(now_);
  }

  void OnSettled(Settlement settlement) {
    if (settlement.error) {
      batch_ = std::move(settlement.batch);
      return Pause(settlement.error_sink + ": " + settlement.error->message);
    }
    batch_.reset();
    progress_ = next_;
    progress_.message.clear();
    for (std::size_t i = 0; i < settlement.sinks.size(); ++i) {
      const SinkSettlement& sink = settlement.sinks[i];
      const SinkBatch& part = settlement.batch->sinks[i];
      parts_.telemetry.Replayed(part.tenant, part.stream, sink.sink, sink.delivered);
      progress_.delivered += sink.delivered;
      progress_.missing += sink.dead_lettered.size();
    }
    Step(now_);
  }

  void Finish() {
    std::error_code error;
    std::filesystem::remove(aside_, error);
    const std::uint64_t kept = progress_.rows - progress_.delivered - progress_.missing;
    End(cancelled_ ? JobState::kCancelled : JobState::kDone,
        std::to_string(progress_.delivered) + " delivered, " + std::to_string(progress_.missing) +
            " refused again, " + std::to_string(kept) + " left in the dead letter");
  }

  void End(JobState state, std::string message) {
    progress_.state = state;
    progress_.message = std::move(message);
    concluding_ = true;
    Conclude();
  }

  void Conclude() {
    const std::vector<StateChange> changes{{JobProgressKey(job_), EncodeJobProgress(progress_)}};
    parts_.store.Commit(changes, Await(&DeadLetterWork::OnConcluded));
  }

  void OnConcluded(const Result<void>& committed) {
    if (!committed) {
      try_at_ = now_.monotonic + kTryAgain;
      return;
    }
    parts_.log.Info("dead-letter replay: " + progress_.message);
    ended_ = true;
  }

  // Tries again soon, and says why to whoever follows the job.
  void Pause(const std::string& why) {
    try_at_ = now_.monotonic + kTryAgain;
    if (progress_.message == why) return;
    parts_.log.Warn("dead-letter replay: " + why + "; trying again");
    JobProgress paused = progress_;
    paused.message = why;
    progress_.message = why;
    parts_.store.Commit({{JobProgressKey(job_), EncodeJobProgress(paused)}},
                        [](const Result<void>&) {});
  }

  const Job job_;
  DeadLetterParts parts_;
  const std::string aside_;
  const DeadLetterChoice choice_;
  JobProgress progress_;  // as committed
  JobProgress next_;      // when the batch is settled
  Now now_{};
  MonotonicTime try_at_{};
  bool waiting_ = false;  // for a report
  bool set_aside_ = false;
  bool cancelled_ = false;
  bool concluding_ = false;
  bool ended_ = false;
  std::vector<std::string> lines_;
  DeadLetterBatch made_;
  std::unique_ptr<Batch> batch_;  // not under way
  SinkBatch kept_;
  SinkBatch fence_;
};

}  // namespace

std::unique_ptr<JobWork> MakeDeadLetterWork(const Job& job, const JobProgress& progress,
                                            DeadLetterParts parts) {
  return std::make_unique<DeadLetterWork>(job, progress, std::move(parts));
}

}  // namespace nsf
