// SPDX-License-Identifier: Apache-2.0
// Order and patience.
#include "pipeline/stream/commit_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/answer/backoff.h"

namespace nsf {
namespace {

constexpr BackoffSettings kCommitBackoff{std::chrono::milliseconds(200),
                                         std::chrono::milliseconds(10'000)};

}  // namespace

bool CommitQueue::under_way() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.batch == nullptr; });
}

void CommitQueue::Add(std::unique_ptr<Batch> batch, BatchProgress progress) {
  entries_.push_back({std::move(batch), std::move(progress)});
}

std::vector<std::unique_ptr<Batch>> CommitQueue::TakeDue(MonotonicTime now) {
  std::vector<std::unique_ptr<Batch>> due;
  if (pausing_ && (under_way() || now < retry_at_)) return due;
  pausing_ = false;
  for (Entry& entry : entries_) {
    if (entry.batch) due.push_back(std::move(entry.batch));
  }
  return due;
}

std::optional<MonotonicTime> CommitQueue::retry_at() const {
  if (!pausing_ || under_way()) return std::nullopt;
  return retry_at_;
}

std::optional<BatchProgress> CommitQueue::Settle(MonotonicTime now, Settlement& settlement) {
  const auto first = std::find_if(entries_.begin(), entries_.end(),
                                  [](const Entry& entry) { return entry.batch == nullptr; });
  if (settlement.error) {
    first->batch = std::move(settlement.batch);
    if (!failing_since_) failing_since_ = now;
    // Those that come back because of it are no failures of their own.
    if (!std::exchange(pausing_, true)) {
      retry_at_ = now + BackoffDelay(failures_++, kCommitBackoff, random_);
    }
    return std::nullopt;
  }
  BatchProgress progress = std::move(first->progress);
  entries_.erase(first);
  failures_ = 0;
  failing_since_.reset();
  return progress;
}

}  // namespace nsf
