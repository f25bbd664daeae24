// SPDX-License-Identifier: Apache-2.0
// Which ids a stream holds in memory: those of the seconds that it walks are read from the store
// before, those that it has walked are dropped, and those that nobody asks for are forgotten.
#include <algorithm>
#include <utility>

#include "core/dialect/page_target.h"
#include "core/state/keys.h"
#include "pipeline/stream/stream.h"

namespace nsf {
namespace {

// An answer may hold rows of the second before a window, so their ids are kept.
constexpr std::chrono::seconds kOverlap{1};

}  // namespace

bool Stream::NeedsAllIds() const {
  // Ids that are kept by another time may lie anywhere.
  return learned_->migration.has_value();
}

std::optional<AskedBounds> Stream::SecondsNeeded() const {
  const Walk& walk = course_->current().walk;
  const AskedBounds asked = BoundsAsked(walk.plan().window);
  if (NeedsAllIds()) return std::nullopt;
  if (walk.list() == nullptr) return asked;
  // Rows without time are remembered under the time of a walk.
  if (!walk.Next().broken.empty()) return std::nullopt;
  AskedBounds needed{WallSeconds::max(), WallSeconds::min()};
  RowReader reader;
  for (const RawRow& row : walk.Next().page.rows()) {
    const auto own = ListTime(Normalize(reader.Read(row)));
    if (!own) return std::nullopt;
    needed.first = std::min(needed.first, std::max(*own, asked.first));
    needed.last = std::max(needed.last, *own);
  }
  return needed;
}

bool Stream::LedgerIsHere(const std::optional<AskedBounds>& needed, StepOutput* out) {
  const auto missing = needed ? ledger_.Missing(needed->first, needed->last) : ledger_.Missing();
  return AreHere(missing, out);
}

bool Stream::LedgerKnowsRow(const AuditEvent& event, StepOutput* out) {
  if (!event.id.empty()) return LedgerKnowsId(event.id, out);
  std::string id = derived_.Peek(event.row->raw);
  return LedgerKnowsId(HasNoTime(event) ? IdInWindow(std::move(id)) : id, out);
}

bool Stream::LedgerKnowsId(std::string_view id, StepOutput* out) {
  return AreHere(ledger_.Missing(HashId(id)), out);
}

bool Stream::AreHere(const std::vector<BucketNumber>& missing, StepOutput* out) {
  if (missing.empty()) return true;
  // What is on its way to the store can only be read when it is there.
  if (loading_ || !commits_.empty() || !builder_.empty()) {
    flush_ = true;
    return false;
  }
  for (const BucketNumber bucket : missing) {
    out->load.push_back(BucketPrefix(settings_.tenant, settings_.state_name(), bucket));
  }
  loading_ = true;
  return false;
}

void Stream::OnLoaded(const Now& now, Result<std::vector<StateEntry>> loaded, StepOutput* out) {
  loading_ = false;
  const auto failed = [&](const std::string& message) {
    snapshot_.last_error = message;
    out->notices.push_back({Notice::Level::kError, message});
    patience_.WaitUntil(std::max(patience_.ask_at(), now.monotonic + std::chrono::seconds(1)));
    Wake(patience_.ask_at(), out);
  };
  if (!loaded) return failed("state: " + loaded.error().message);
  std::vector<LedgerChunk> chunks;
  const CourseWalk* current = course_ && course_->walking() ? &course_->current() : nullptr;
  if (current == nullptr) return;
  for (const StateEntry& entry : *loaded) {
    const auto chunk = ChunkOfKey(settings_.tenant, settings_.state_name(), entry.key);
    auto entries = DecodeChunk(entry.value);
    if (!chunk) return failed(entry.key + " is no key of event ids: the state is damaged");
    if (!entries) return failed(entry.key + ": " + entries.error().message);
    chunks.push_back({*chunk, *std::move(entries)});
  }
  ledger_.Load(std::move(chunks));
}

void Stream::DropWalkedIds(WalkKind kind) {
  // A list in no order needs them all at every walk.
  const bool all_needed =
      NeedsAllIds() ||
      (kind == WalkKind::kList && course_->cursor().list_order.order() == ListOrder::kNeither);
  if (ledger_.size() > settings_.ids_in_memory && !all_needed) {
    ledger_.DropBefore(course_->cursor().open - kOverlap);
  }
}

WallSeconds Stream::KeptFrom() const {
  return std::min(course_->cursor().open, closed_.kept_from()) - kOverlap;
}

void Stream::Forget(WallSeconds before) {
  // Ids that lie by the old time are looked up until their rows lie by the new one.
  if (learned_->migration) before = std::min(before, learned_->migration->delivered_before);
  equal_rows_.Forget(before);
  for (const ChunkId& chunk : ledger_.Forget(before)) {
    dropped_chunks_.push_back(
        {ChunkKey(settings_.tenant, settings_.state_name(), chunk), std::nullopt});
  }
}

}  // namespace nsf
