// SPDX-License-Identifier: Apache-2.0
// The step of a stream that reads an iterator.
#include "pipeline/stream/iterator_stream.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/answer/rate_headers.h"
#include "core/iterator/target.h"
#include "core/state/keys.h"

namespace nsf {
namespace {

// Of a state that is shared: so long after a commit the index may be moved. The successor waits
// longer than that before it believes that nothing is at work (IteratorTurn::kAtWork).
constexpr std::chrono::seconds kProofHolds{5};

}  // namespace

IteratorStream::IteratorStream(const StreamSettings& settings, Budget& budget, Random& random)
    : settings_(settings),
      configured_(settings_.iterator->index),
      budget_(budget),
      random_(random),
      patience_(settings_, snapshot_, budget, random),
      outbox_(settings_, snapshot_, random) {
  snapshot_.index_conflicts = 0;
}

Result<std::unique_ptr<IteratorStream>> IteratorStream::Create(const StreamSettings& settings,
                                                               const StateReader& state,
                                                               Budget& budget, Random& random) {
  std::unique_ptr<IteratorStream> stream(new IteratorStream(settings, budget, random));
  if (auto restored = stream->Restore(state); !restored) return restored.error();
  return stream;
}

Result<void> IteratorStream::Restore(const StateReader& state) {
  const auto places = state.Scan(IteratorPlaceKey(settings_.tenant, settings_.stream));
  if (!places) return places.error();
  for (const StateEntry& entry : *places) {
    const auto place = DecodeIteratorPlace(entry.value);
    if (!place) return Error{place.error().kind, entry.key + ": " + place.error().message};
    stored_ = *place;
  }
  begins_ = !stored_;
  const auto chunks = state.Scan(IteratorIdsPrefix(settings_.tenant, settings_.stream));
  if (!chunks) return chunks.error();
  for (const StateEntry& chunk : *chunks) {
    const auto entries = DecodeChunk(chunk.value);
    if (!entries) return Error{entries.error().kind, chunk.key + ": " + entries.error().message};
    for (const LedgerEntry& entry : *entries) shown_.Load(entry.id);
  }
  if (stored_) {
    snapshot_.delivered_until = stored_->delivered_until;
    snapshot_.first_window_start = stored_->begin;
  }
  return {};
}

void IteratorStream::Begin(const Now& now) {
  const auto drawn = static_cast<std::uint64_t>(std::ldexp(random_.Uniform(), 48));
  if (!stored_) {
    place_ = FirstPlace(configured_, drawn, FirstStart(settings_, TenantNow(now)));
  } else if (HasAnotherIndex(*stored_, configured_)) {
    // What the old index showed last may be shown again; all ids of it are known.
    const WallSeconds begin = stored_->delivered_until.value_or(stored_->begin);
    place_ = FirstPlace(configured_, drawn, begin);
    place_.delivered_until = stored_->delivered_until;
    place_.first_chunk = stored_->first_chunk;
    place_.next_chunk = stored_->next_chunk;
  } else {
    place_ = *stored_;
    place_is_durable_ = true;
  }
  index_ = IndexName(place_, configured_);
  snapshot_.first_window_start = place_.begin;
  turn_.emplace(place_is_durable_, place_.begun, now.monotonic);
}

StepOutput IteratorStream::Step(const Now& now, Completions completions) {
  StepOutput out;
  if (!turn_) {
    Begin(now);
    out.notices.push_back({Notice::Level::kInfo, "reads the iterator with the index " + index_});
  }
  for (Settlement& settlement : completions.settlements) {
    OnSettlement(now, std::move(settlement), &out);
  }
  for (PageAnswer& answer : completions.answers) {
    if (const auto date = DateOf(answer.http)) clock_.Observe(*date, now);
    asked_ = false;
    OnAnswer(now, std::move(answer.http), &out);
  }
  Absorb(now, &out);
  Ask(now, &out);
  out.goes_on = StartCommit(now, &out);
  if (!draining_) {
    outbox_.HandOver(now.monotonic, &out);
    if (!out.commits.empty()) handed_over_ = now.monotonic;
  }
  snapshot_.clock_skew = clock_.Skew(now);
  return out;
}

WallSeconds IteratorStream::TenantNow(const Now& now) const {
  return std::chrono::floor<std::chrono::seconds>(clock_.At(now));
}

void IteratorStream::Ask(const Now& now, StepOutput* out) {
  if (draining_ || asked_) return;
  const auto ask = turn_->Wanted(now.monotonic);
  if (!ask) return;
  const auto wake = [out](MonotonicTime at) { out->wake_at = std::min(out->wake_at, at); };
  const MonotonicTime at = std::max(ask->at, patience_.ask_at());
  if (now.monotonic < at) return wake(at);
  if (MustCommitFirst(*ask, now)) {
    if (outbox_.commits().empty()) place_is_due_ = true;
    return;
  }
  if (const auto free = budget_.Attempt(now.monotonic, this)) return wake(*free);
  turn_->OnAsked(*ask, now.monotonic);
  ask_ = *ask;
  asked_ = true;
  asked_at_ = TenantNow(now);
  HttpRequest request;
  request.target = IteratorTarget(settings_.iterator->path, index_, ask->operation, place_.begin);
  request.timeout = settings_.timeout;
  request.max_body_bytes = settings_.max_page_bytes;
  request.once = ask->operation == IteratorOperation::kNext;
  out->requests.push_back({0, std::move(request)});
}

bool IteratorStream::MustCommitFirst(const IteratorTurn::Ask& ask, const Now& now) const {
  if (!place_is_durable_) return true;
  if (!settings_.iterator->is_shared || ask.operation == IteratorOperation::kResend) return false;
  return !proven_ || now.monotonic - *proven_ >= kProofHolds;
}

bool IteratorStream::StartCommit(const Now& now, StepOutput* out) {
  BatchBuilder& builder = outbox_.builder();
  if (draining_ || outbox_.commits().full()) return false;
  const auto due = builder.due();
  const bool ready = due && (page_is_whole_ || builder.full() || now.monotonic >= *due);
  if (!ready && !place_is_due_) {
    if (due) out->wake_at = std::min(out->wake_at, *due);
    return false;
  }
  std::vector<StateChange> changes = StateChanges();
  std::unique_ptr<Batch> batch = builder.Take();
  batch->state = std::move(changes);
  progress_.covered_until = place_.delivered_until;
  outbox_.commits().Add(std::move(batch), std::exchange(progress_, {}));
  return true;
}

std::vector<StateChange> IteratorStream::StateChanges() {
  const std::string_view tenant = settings_.tenant;
  const std::string_view stream = settings_.stream;
  std::vector<StateChange> changes;
  if (!added_.empty()) {
    if (std::exchange(drops_chunks_, false)) {
      for (; place_.first_chunk < place_.next_chunk; ++place_.first_chunk) {
        changes.push_back({IteratorIdsKey(tenant, stream, place_.first_chunk), std::nullopt});
      }
    }
    changes.push_back({IteratorIdsKey(tenant, stream, place_.next_chunk++), EncodeChunk(added_)});
    added_.clear();
  }
  place_is_due_ = page_is_whole_ = false;
  changes.push_back({IteratorPlaceKey(tenant, stream), EncodeIteratorPlace(place_)});
  return changes;
}

void IteratorStream::OnSettlement(const Now& now, Settlement settlement, StepOutput* out) {
  const auto progress = outbox_.Settle(now, std::move(settlement), out);
  if (!progress) return;
  proven_ = handed_over_;
  place_is_durable_ = true;
  BatchProgress shown = *progress;
  // A quiet tenant says more than what is stored.
  if (snapshot_.delivered_until) {
    shown.covered_until = std::max(shown.covered_until.value_or(*snapshot_.delivered_until),
                                   *snapshot_.delivered_until);
  }
  outbox_.Show(shown, clock_.At(now), out);
  // Nothing of the page is left but what was settled.
  const bool is_whole = !held_ && outbox_.builder().empty() && !place_is_due_;
  if (turn_->holds_page() && is_whole && outbox_.commits().empty()) turn_->OnCommitted();
}

}  // namespace nsf
