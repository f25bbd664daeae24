// SPDX-License-Identifier: Apache-2.0
// What is on its way to the destination: batches side by side, settled in order. When one fails all
// after it come back as well, and all of them are handed over again, in the same order, after a
// pause: nothing overtakes a batch that is not settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/state/cursor.h"
#include "ports/clock.h"
#include "ports/destination.h"
#include "ports/random.h"
#include "ports/telemetry.h"

namespace nsf {

// What becomes true when a batch is settled.
struct BatchProgress {
  Cursor cursor;
  std::uint64_t whole = 0, moved = 0;       // windows closed
  bool caught_up = false;                   // an edge (or list) walk ended
  std::map<WallSeconds, std::size_t> live;  // times of events found at the edge
  std::map<WallSeconds, std::size_t> late;  // times of events found by revisits
  std::optional<WallSeconds> covered_until;
  std::optional<WallSeconds> proven_until;
  std::size_t incomplete = 0;
  std::shared_ptr<const std::vector<DayProof>> days;
};

class CommitQueue {
 public:
  // Holds up to `most` batches. `random` outlives the queue.
  CommitQueue(std::size_t most, Random& random) : most_(most), random_(random) {}

  // No batch is here that is not settled.
  bool empty() const { return entries_.empty(); }
  bool full() const { return entries_.size() >= most_; }
  // Batches are handed over whose settlement has not come back.
  bool under_way() const;
  // A batch came back with an error, and none was settled since.
  bool failing() const { return failures_ > 0; }
  // Since when.
  std::optional<MonotonicTime> failing_since() const { return failing_since_; }

  // Appends a batch; only while not full().
  void Add(std::unique_ptr<Batch> batch, BatchProgress progress);

  // The batches to be handed over now, in order. None while some that failed wait, until
  // retry_at(), or for those after them to come back.
  std::vector<std::unique_ptr<Batch>> TakeDue(MonotonicTime now);
  // When to ask for them again; absent while there is nothing to wait for but settlements.
  std::optional<MonotonicTime> retry_at() const;

  // What became of the first batch under way: its progress, or, when it failed, nothing; then it
  // stays.
  std::optional<BatchProgress> Settle(MonotonicTime now, Settlement& settlement);

 private:
  struct Entry {
    std::unique_ptr<Batch> batch;  // absent while it is under way
    BatchProgress progress;
  };

  const std::size_t most_;
  Random& random_;
  std::deque<Entry> entries_;
  bool pausing_ = false;  // some came back with an error, and none was handed over since
  MonotonicTime retry_at_{};
  int failures_ = 0;  // in a row
  std::optional<MonotonicTime> failing_since_;
};

}  // namespace nsf
