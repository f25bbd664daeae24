// SPDX-License-Identifier: Apache-2.0
// What a stream does with batches: from their state changes to their settlement.
#include <algorithm>
#include <utility>

#include "core/state/keys.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

// What people are shown of the past.
constexpr std::size_t kDaysShown = 30;

// What a restart needs; the time up to which events are delivered is told by the next walk anyway,
// so that a quiet poll writes nothing.
bool SamePlace(Cursor a, const Cursor& b) {
  a.delivered_until = b.delivered_until;
  return a == b;
}

}  // namespace

bool Stream::StartCommit(const Now& now, StepOutput* out) {
  if (draining_ || !course_ || commits_.full()) return false;
  const auto due = builder_.due();
  const bool ready = due && (flush_ || builder_.full() || now.monotonic >= *due);
  const bool moved = flush_ && (dialect_changed_ || closed_.has_changes() ||
                                !SamePlace(course_->cursor(), saved_));
  if (!ready && !moved) {
    if (due) Wake(*due, out);
    if (flush_ && commits_.empty())
      outbox_.Show(TakeProgress(course_->cursor()), clock_.At(now), out);
    return false;
  }
  std::vector<StateChange> changes = StateChanges();
  std::unique_ptr<Batch> batch = builder_.Take();
  batch->state = std::move(changes);
  saved_ = course_->cursor();
  commits_.Add(std::move(batch), TakeProgress(saved_));
  return true;
}

BatchProgress Stream::TakeProgress(const Cursor& cursor) {
  flush_ = false;
  progress_.cursor = cursor;
  progress_.covered_until = DeliveredUntil(cursor, closed_);
  progress_.proven_until = closed_.proven_until();
  progress_.incomplete = closed_.incomplete();
  progress_.days = ProofByDay();
  return std::exchange(progress_, {});
}

// Most polls prove nothing new, and share what the one before them showed.
std::shared_ptr<const std::vector<DayProof>> Stream::ProofByDay() {
  std::vector<DayProof> days = closed_.ProofByDay(kDaysShown);
  if (!days_ || *days_ != days) days_ = std::make_shared<std::vector<DayProof>>(std::move(days));
  return days_;
}

std::vector<StateChange> Stream::StateChanges() {
  std::vector<StateChange> changes = std::exchange(dropped_chunks_, {});
  Cursor& cursor = course_->cursor();
  const auto chunks = ledger_.TakeAdded(cursor.next_chunk);
  for (const LedgerChunk& chunk : chunks) {
    changes.push_back(
        {ChunkKey(settings_.tenant, settings_.state_name(), chunk.id), EncodeChunk(chunk.entries)});
  }
  if (!chunks.empty()) ++cursor.next_chunk;
  for (const auto& [start, record] : closed_.TakeChanges()) {
    changes.push_back({WindowKey(settings_.tenant, settings_.state_name(), start),
                       record ? std::optional(EncodeWindow(*record)) : std::nullopt});
  }
  if (std::exchange(dialect_changed_, false)) {
    changes.push_back(
        {DialectKey(settings_.tenant, settings_.state_name()), EncodeDialect(*learned_)});
  }
  changes.push_back({CursorKey(settings_.tenant, settings_.state_name()), EncodeCursor(cursor)});
  return changes;
}

void Stream::OnSettlement(const Now& now, Settlement settlement, StepOutput* out) {
  const auto progress = outbox_.Settle(now, std::move(settlement), out);
  if (progress) outbox_.Show(*progress, clock_.At(now), out);
}

}  // namespace nsf
