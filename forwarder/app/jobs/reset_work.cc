// SPDX-License-Identifier: Apache-2.0
// Parking, replacing, renewing.
#include "app/jobs/reset_work.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/iterator/place.h"
#include "core/state/cursor.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kTryAgain{1};

class ResetWork final : public JobWork {
 public:
  ResetWork(const Job& job, StateStore& store, LoopCalls& calls, StreamSwitch stream)
      : job_(job), store_(store), calls_(calls), stream_(std::move(stream)) {
    stream_.park();
  }

  void Step(const Now& now) override {
    now_ = now;
    if (ended_ || committing_ || now.monotonic < try_at_ || !stream_.parked()) return;
    auto changes = Changes();
    if (!changes) return TryAgain();
    committing_ = true;
    store_.Commit(*std::move(changes), [this](const Result<void>& committed) {
      calls_.Post([this, committed] { OnCommitted(committed); });
    });
  }

  void Cancel() override { cancelled_ = true; }

  bool ended() const override { return ended_; }

 private:
  Result<std::vector<StateChange>> Changes() const {
    if (cancelled_) return Ended(JobState::kCancelled, 0);
    const auto keys = store_.Keys(StreamPrefix(job_.tenant, job_.stream));
    if (!keys) return keys.error();
    std::vector<StateChange> changes;
    for (const std::string& key : *keys) changes.push_back({key, std::nullopt});
    const auto places = store_.Scan(IteratorPlaceKey(job_.tenant, job_.stream));
    if (!places) return places.error();
    if (!places->empty() && job_.to) {
      // Its index stays its own, and is set to the time.
      const auto place = DecodeIteratorPlace(places->front().value);
      if (!place) return place.error();
      IteratorPlace fresh;
      fresh.is_named = place->is_named;
      fresh.index = place->index;
      fresh.begin = *job_.to;
      changes.push_back({IteratorPlaceKey(job_.tenant, job_.stream), EncodeIteratorPlace(fresh)});
    } else if (job_.to) {
      Cursor cursor;
      cursor.first_start = *job_.to;
      cursor.open = *job_.to;
      cursor.closing_end = *job_.to;
      changes.push_back({CursorKey(job_.tenant, job_.stream), EncodeCursor(cursor)});
    }
    changes.push_back(Ended(JobState::kDone, keys->size()).front());
    return changes;
  }

  std::vector<StateChange> Ended(JobState state, std::size_t dropped) const {
    JobProgress progress;
    progress.state = state;
    progress.rows = dropped;
    progress.message = std::to_string(dropped) + " entries of the state dropped";
    return {{JobProgressKey(job_), EncodeJobProgress(progress)}};
  }

  void OnCommitted(const Result<void>& committed) {
    committing_ = false;
    if (!committed) return TryAgain();
    ended_ = true;
    stream_.renew();
  }

  void TryAgain() { try_at_ = now_.monotonic + kTryAgain; }

  const Job job_;
  StateStore& store_;
  LoopCalls& calls_;
  const StreamSwitch stream_;
  Now now_{};
  MonotonicTime try_at_{};
  bool committing_ = false;
  bool cancelled_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<JobWork> MakeResetWork(const Job& job, StateStore& store, LoopCalls& calls,
                                       StreamSwitch stream) {
  return std::make_unique<ResetWork>(job, store, calls, std::move(stream));
}

}  // namespace nsf
