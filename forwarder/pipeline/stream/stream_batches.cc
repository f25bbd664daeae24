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
    if (flush_ && commits_.empty()) Settle(now, TakeProgress(course_->cursor()), out);
    return false;
  }
  std::vector<StateChange> changes = StateChanges();
  std::unique_ptr<Batch> batch = builder_.Take();
  batch->state = std::move(changes);
  saved_ = course_->cursor();
  commits_.Add(std::move(batch), TakeProgress(saved_));
  return true;
}

void Stream::HandOver(const Now& now, StepOutput* out) {
  if (draining_) return;
  out->commits = commits_.TakeDue(now.monotonic);
  if (const auto at = commits_.retry_at()) Wake(*at, out);
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
  const bool failing = commits_.failing();
  const std::optional<BatchProgress> progress = commits_.Settle(now.monotonic, settlement);
  if (!progress) {
    reader_gone_ = settlement.error->kind == ErrorKind::kClosed;
    const std::string message = settlement.error_sink + ": " + settlement.error->message;
    if (snapshot_.last_error != message) {
      out->notices.push_back(
          {Notice::Level::kWarning, message + "; trying again, nothing is lost"});
    }
    snapshot_.last_error = message;
    snapshot_.waits_for = settlement.error_sink;
    return;
  }
  snapshot_.waits_for.clear();
  if (failing) {
    out->notices.push_back({Notice::Level::kInfo, "delivery goes on"});
    snapshot_.last_error.clear();
  }
  for (const SinkSettlement& sink : settlement.sinks) {
    SinkCounts& counts = snapshot_.sinks[sink.sink];
    counts.delivered += sink.delivered;
    for (const Rejection& rejection : sink.dead_lettered) ++counts.dead_lettered[rejection.reason];
  }
  snapshot_.pending -= settlement.batch->sinks.front().records.size();
  snapshot_.checkpoint = now.wall;
  Settle(now, *progress, out);
}

void Stream::Settle(const Now& now, const BatchProgress& progress, StepOutput* out) {
  snapshot_.delivered_until = progress.covered_until;
  snapshot_.proven_until = progress.proven_until;
  snapshot_.windows_incomplete = progress.incomplete;
  snapshot_.days = progress.days;
  if (progress.whole > 0) snapshot_.windows["whole"] += progress.whole;
  if (progress.moved > 0) snapshot_.windows["moved"] += progress.moved;
  if (progress.caught_up) snapshot_.caught_up = true;
  const WallTime tenant_now = clock_.At(now);
  for (const auto& [time, count] : progress.live) {
    const auto delay = tenant_now - WallTime(time);
    out->delays.emplace_back(std::max(delay, std::chrono::milliseconds(0)), count);
  }
  for (const auto& [time, count] : progress.late) {
    const auto lateness = tenant_now - WallTime(time);
    out->lateness.emplace_back(std::max(lateness, std::chrono::milliseconds(0)), count);
  }
}

}  // namespace nsf
