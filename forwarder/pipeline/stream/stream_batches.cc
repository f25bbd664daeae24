// SPDX-License-Identifier: Apache-2.0
// What a stream does with rows: through the ledger into batches, and from batches to settlement.
#include <algorithm>

#include "core/answer/backoff.h"
#include "core/dialect/page_target.h"
#include "core/state/keys.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

constexpr BackoffSettings kCommitBackoff{std::chrono::milliseconds(200),
                                         std::chrono::milliseconds(10'000)};
// An answer may hold rows of the second before a window, so their ids are kept.
constexpr std::chrono::seconds kOverlap{1};

// What a restart needs; the time up to which events are delivered is told by the next walk anyway,
// so that a quiet poll writes nothing.
bool SamePlace(Cursor a, const Cursor& b) {
  a.delivered_until = b.delivered_until;
  return a == b;
}

}  // namespace

void Stream::Absorb(const Now& now) {
  if (!page_) return;
  const auto rows = page_->page.rows();
  while (page_->next_row < rows.size() && !builder_.full()) {
    AbsorbRow(rows[page_->next_row++], now);
  }
  course_->Absorbed(page_->first_skip + page_->next_row);
  if (page_->next_row < rows.size()) return;
  const bool ended = page_->then == WalkStep::kEnd;
  page_.reset();
  if (ended) EndWalk();
}

void Stream::AbsorbRow(const Row& row, const Now& now) {
  const AuditEvent event = Normalize(row);
  const std::string derived = event.id.empty() ? page_->derived.Next(row.raw) : std::string();
  const std::string_view id = event.id.empty() ? std::string_view(derived) : event.id;
  const auto own = OwnTime(event);
  if (own && *own < course_->cursor().first_start) {
    ++snapshot_.out_of_window;
    --snapshot_.pending;
    return;
  }
  if (own) list_oldest_ = std::min(list_oldest_, *own);

  const Seen seen = ledger_.Observe(LedgerSecond(own), HashId(id), HashContent(row.raw));
  if (seen != Seen::kNew) {
    ++snapshot_.deduplicated;
    --snapshot_.pending;
    if (seen == Seen::kChanged) ++snapshot_.changed;
    return;
  }
  if (event.classification.class_uid == 0) ++snapshot_.unclassified;
  const auto first_seen = event.insertion ? event.insertion : event.timestamp;
  const bool backfill = course_->walk().plan().kind == WalkKind::kClosing || !snapshot_.caught_up;
  if (first_seen && !backfill) ++progress_.live[*first_seen];
  const auto time = event.timestamp ? event.timestamp : event.insertion;
  builder_.Add(event, id, time.value_or(WallSeconds{}), now.monotonic);
}

std::optional<WallSeconds> Stream::OwnTime(const AuditEvent& event) const {
  return settings_.dialect.window == WindowKind::kInsertion ? event.insertion : event.timestamp;
}

WallSeconds Stream::LedgerSecond(std::optional<WallSeconds> own) const {
  const Walk& walk = course_->walk();
  if (walk.plan().kind == WalkKind::kList) return own.value_or(walk.begun());
  const AskedBounds asked = BoundsAsked(walk.plan().window);
  return own && asked.Contains(*own) ? *own : asked.last;
}

void Stream::EndWalk() {
  const WalkEnd end = course_->End();
  flush_ = true;
  if (end.kind == WalkKind::kClosing) {
    ++(end.whole ? progress_.whole : progress_.moved);
    Forget(course_->cursor().open - kOverlap);
  } else {
    progress_.caught_up = true;
  }
  // What the list no longer shows cannot come again.
  const WallSeconds oldest = std::exchange(list_oldest_, WallSeconds::max());
  if (end.kind == WalkKind::kList && oldest != WallSeconds::max()) Forget(oldest);
}

void Stream::Forget(WallSeconds before) {
  for (const std::uint64_t chunk : ledger_.Forget(before)) {
    dropped_chunks_.push_back({ChunkKey(settings_.tenant, settings_.stream, chunk), std::nullopt});
  }
}

void Stream::StartCommit(const Now& now, StepOutput* out) {
  if (committing_ || draining_) return;
  if (retry_) {
    if (now.monotonic < commit_at_) return Wake(commit_at_, out);
    committing_ = true;
    out->commits.push_back(std::move(retry_));
    return;
  }
  const auto due = builder_.due();
  const bool ready = due && (flush_ || builder_.full() || now.monotonic >= *due);
  const bool moved = flush_ && !SamePlace(course_->cursor(), saved_);
  if (!ready && !moved) {
    if (due) Wake(*due, out);
    if (flush_) Settle(now, TakeProgress(course_->cursor()), out);
    return;
  }
  std::vector<StateChange> changes = StateChanges();
  out->commits.push_back(builder_.Take());
  out->commits.back()->state = std::move(changes);
  committed_ = TakeProgress(course_->cursor());
  committing_ = true;
}

Stream::Progress Stream::TakeProgress(const Cursor& cursor) {
  flush_ = false;
  progress_.cursor = cursor;
  return std::exchange(progress_, {});
}

std::vector<StateChange> Stream::StateChanges() {
  std::vector<StateChange> changes = std::exchange(dropped_chunks_, {});
  Cursor& cursor = course_->cursor();
  const auto ids = ledger_.TakeAdded(cursor.next_chunk);
  if (!ids.empty()) {
    changes.push_back(
        {ChunkKey(settings_.tenant, settings_.stream, cursor.next_chunk), EncodeChunk(ids)});
    ++cursor.next_chunk;
  }
  changes.push_back({CursorKey(settings_.tenant, settings_.stream), EncodeCursor(cursor)});
  return changes;
}

void Stream::OnSettlement(const Now& now, Settlement settlement, StepOutput* out) {
  committing_ = false;
  if (settlement.error) {
    retry_ = std::move(settlement.batch);
    if (!failing_since_) failing_since_ = now.monotonic;
    reader_gone_ = settlement.error->kind == ErrorKind::kClosed;
    commit_at_ = now.monotonic + BackoffDelay(commit_failures_++, kCommitBackoff, random_);
    const std::string message = settlement.error_sink + ": " + settlement.error->message;
    if (snapshot_.last_error != message) {
      out->notices.push_back(
          {Notice::Level::kWarning, message + "; trying again, nothing is lost"});
    }
    snapshot_.last_error = message;
    return;
  }
  if (commit_failures_ > 0) {
    out->notices.push_back({Notice::Level::kInfo, "delivery goes on"});
    snapshot_.last_error.clear();
  }
  commit_failures_ = 0;
  failing_since_.reset();
  for (const SinkSettlement& sink : settlement.sinks) {
    SinkCounts& counts = snapshot_.sinks[sink.sink];
    counts.delivered += sink.delivered;
    for (const Rejection& rejection : sink.dead_lettered) ++counts.dead_lettered[rejection.reason];
  }
  snapshot_.pending -= settlement.batch->sinks.front().records.size();
  snapshot_.checkpoint = now.wall;
  Settle(now, std::exchange(committed_, {}), out);
}

void Stream::Settle(const Now& now, const Progress& progress, StepOutput* out) {
  saved_ = progress.cursor;
  snapshot_.delivered_until = progress.cursor.delivered_until;
  if (progress.whole > 0) snapshot_.windows["whole"] += progress.whole;
  if (progress.moved > 0) snapshot_.windows["moved"] += progress.moved;
  if (progress.caught_up) snapshot_.caught_up = true;
  const WallTime tenant_now = clock_.At(now);
  for (const auto& [time, count] : progress.live) {
    const auto delay = tenant_now - WallTime(time);
    out->delays.emplace_back(std::max(delay, std::chrono::milliseconds(0)), count);
  }
}

}  // namespace nsf
