// SPDX-License-Identifier: Apache-2.0
// From steps to facts of health.
#include "app/status/stream_board.h"

#include <algorithm>
#include <cstdint>

namespace nsf {
namespace {

// An answer 429 counts for so long: between two of them a stream is not healthy.
constexpr std::chrono::minutes kLimitedFor{1};

std::uint64_t Answers(const StreamSnapshot& snapshot) {
  std::uint64_t sum = 0;
  for (const auto& [code, count] : snapshot.requests) sum += count;
  return sum;
}

std::uint64_t Settled(const StreamSnapshot& s) {
  return s.received - s.out_of_window - s.deduplicated - s.filtered_in_all() - s.pending;
}

// Something came from outside: an answer, or the outcome of a batch.
bool WasHeard(const StreamSnapshot& before, const StreamSnapshot& after) {
  return Answers(before) != Answers(after) || Settled(before) != Settled(after) ||
         before.checkpoint != after.checkpoint;
}

std::optional<std::chrono::seconds> LagOf(const StreamSnapshot& snapshot, const Now& now) {
  if (!snapshot.delivered_until) return std::nullopt;
  const WallTime tenant_now = now.wall + snapshot.clock_skew.value_or(std::chrono::milliseconds(0));
  const auto lag = std::chrono::floor<std::chrono::seconds>(tenant_now - *snapshot.delivered_until);
  return std::max(lag, std::chrono::seconds(0));
}

// Nobody goes on from there while it is awaited, as far as is known: it falls behind.
std::shared_ptr<const StreamSnapshot> HowFar(const StreamSnapshot& before) {
  auto snapshot = std::make_shared<StreamSnapshot>();
  snapshot->delivered_until = before.delivered_until;
  snapshot->proven_until = before.proven_until;
  snapshot->clock_skew = before.clock_skew;
  return snapshot;
}

}  // namespace

void StreamBoard::Watch(const WatchedStream& stream, const Now& now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = streams_[{stream.tenant, stream.stream}];
  entry.watched = stream;
  entry.heard_at = now.monotonic;
}

void StreamBoard::Forget(const std::string& tenant, const std::string& stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase({tenant, stream});
}

void StreamBoard::Note(const std::string& tenant, const std::string& stream, StreamStep step,
                       const Now& now) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find({tenant, stream});
  if (found == streams_.end()) return;
  Entry& entry = found->second;
  if (WasHeard(*entry.snapshot, *step.snapshot)) entry.heard_at = now.monotonic;
  if (step.snapshot->rate_limited != entry.snapshot->rate_limited) {
    const bool goes_on = entry.limited_since && now.monotonic - entry.limited_at < kLimitedFor;
    if (!goes_on) entry.limited_since = now.monotonic;
    entry.limited_at = now.monotonic;
  }
  if (step.snapshot->up.value_or(true)) {
    entry.unanswered_since.reset();
  } else if (!entry.unanswered_since) {
    entry.unanswered_since = now.monotonic;
  }
  entry.undelivered_since = step.undelivered_since;
  entry.budget = step.budget;
  entry.snapshot = std::move(step.snapshot);
  NoteTried();
}

void StreamBoard::NoteTried() {
  if (all_tried_) return;
  all_tried_ = std::all_of(streams_.begin(), streams_.end(), [](const auto& other) {
    return other.second.place == StreamPlace::kElsewhere || other.second.snapshot->tried;
  });
}

void StreamBoard::SetPlace(const std::string& tenant, const std::string& stream,
                           StreamPlace place) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find({tenant, stream});
  if (found == streams_.end() || found->second.place == place) return;
  Entry fresh;  // what was known is of another time
  fresh.watched = found->second.watched;
  fresh.heard_at = found->second.heard_at;
  fresh.place = place;
  if (place == StreamPlace::kAwaited) fresh.snapshot = HowFar(*found->second.snapshot);
  found->second = std::move(fresh);
  NoteTried();
}

StreamPlace StreamBoard::PlaceOf(const std::string& tenant, const std::string& stream) const {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find({tenant, stream});
  return found == streams_.end() ? StreamPlace::kElsewhere : found->second.place;
}

void StreamBoard::NoteSink(const std::string& sink, std::optional<SinkTrouble> trouble) {
  const std::lock_guard lock(mutex_);
  if (trouble) {
    troubles_[sink] = *std::move(trouble);
  } else {
    troubles_.erase(sink);
  }
}

void StreamBoard::LookAround(const Now& now) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, entry] : streams_) {
    entry.history.Note(now.monotonic, Settled(*entry.snapshot), LagOf(*entry.snapshot, now));
  }
}

std::vector<StreamView> StreamBoard::Streams(const Now& now) {
  const std::lock_guard lock(mutex_);
  std::vector<StreamView> views;
  for (auto& [key, entry] : streams_) {
    if (entry.place == StreamPlace::kElsewhere) continue;
    views.push_back({entry.watched, entry.snapshot, entry.budget, HealthOf(&entry, now),
                     LagOf(*entry.snapshot, now), entry.history});
  }
  return views;
}

std::vector<NamedHealth> StreamBoard::Health(const Now& now) {
  const std::lock_guard lock(mutex_);
  std::vector<NamedHealth> all;
  for (auto& [key, entry] : streams_) {
    if (entry.place == StreamPlace::kElsewhere) continue;
    all.push_back({key.first, key.second, HealthOf(&entry, now)});
  }
  return all;
}

std::map<std::string, SinkTrouble> StreamBoard::Troubles() const {
  const std::lock_guard lock(mutex_);
  return troubles_;
}

bool StreamBoard::all_tried() const {
  const std::lock_guard lock(mutex_);
  return all_tried_;
}

HealthFacts StreamBoard::FactsOf(const Entry& entry, const Now& now) const {
  const StreamSnapshot& snapshot = *entry.snapshot;
  HealthFacts facts;
  facts.blocked_reason = snapshot.blocked_reason;
  facts.undelivered_since = entry.undelivered_since;
  const std::string& waits_for = snapshot.waits_for;
  facts.waits_for = waits_for == "state" || waits_for == "dead_letter" ? waits_for : "sink";
  // A sink that goes on trying by itself has given nothing back.
  for (const std::string& sink : entry.watched.sinks) {
    const auto trouble = troubles_.find(sink);
    if (trouble == troubles_.end() || snapshot.pending == 0) continue;
    const MonotonicTime since = trouble->second.since.monotonic;
    facts.undelivered_since = std::min(facts.undelivered_since.value_or(since), since);
  }
  facts.unanswered_since = entry.unanswered_since;
  facts.limited_since = entry.limited_since;
  if (entry.limited_since) {
    facts.limited_until = std::max(entry.limited_at + kLimitedFor, entry.budget.held_until);
  }
  facts.heard_at = entry.heard_at;
  facts.tried = snapshot.tried;
  facts.caught_up = snapshot.caught_up;
  facts.lag = LagOf(snapshot, now);
  facts.poll_interval = entry.watched.poll_interval;
  facts.timeout = entry.watched.timeout;
  return facts;
}

StreamHealth StreamBoard::HealthOf(Entry* entry, const Now& now) const {
  return entry->health.Note(JudgeHealth(FactsOf(*entry, now), now.monotonic), now);
}

}  // namespace nsf
