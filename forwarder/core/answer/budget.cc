// SPDX-License-Identifier: Apache-2.0
// A sliding log of requests: unlike a token bucket it never lets a burst add to a full minute.
#include "core/answer/budget.h"

#include <algorithm>
#include <cmath>

namespace nsf {
namespace {

constexpr double kLeastShare = 0.05;
constexpr double kGrowthPerSecond = 0.01;
constexpr std::chrono::seconds kDefaultHold{1};
constexpr double kSparePart = 0.5;
// Who does not come when it is free again does not want any more. Whoever drives the askers may be
// slow, and let each of them ask in its order: a time alone would take the turns of the last ones.
constexpr std::chrono::milliseconds kTurnKept{250};
// Until those who wait have asked.
constexpr std::chrono::milliseconds kGivesWay{1};

std::size_t AtLeastOne(double count) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(count)));
}

}  // namespace

double Budget::Share(MonotonicTime now) const {
  const double since = std::chrono::duration<double>(now - shrunk_at_).count();
  return std::min(1.0, shrunk_share_ + since * kGrowthPerSecond);
}

std::optional<MonotonicTime> Budget::NextFree(MonotonicTime now, double part,
                                              std::size_t before) const {
  if (now < held_until_) return held_until_;
  const double share = Share(now) * part;
  const std::size_t in_minute = AtLeastOne(share * settings_.per_minute);
  const std::size_t in_second = AtLeastOne(share * settings_.per_second);
  MonotonicTime free = now;
  // The request `limit` places back must have left the span that counts it.
  const auto wait_for = [&](std::size_t limit, std::chrono::nanoseconds span) {
    const std::size_t all = sent_.size() + before;
    if (all < limit) return;
    // One that is not sent yet leaves it no earlier than if it were sent now.
    const std::size_t back = all - limit;
    free = std::max(free, (back < sent_.size() ? sent_[back] : now) + span);
  };
  wait_for(in_minute, std::chrono::minutes(1));
  wait_for(in_second, std::chrono::seconds(1));
  if (free > now) return free;
  return std::nullopt;
}

void Budget::DropOld(MonotonicTime now) {
  while (!sent_.empty() && sent_.front() + std::chrono::minutes(1) <= now) sent_.pop_front();
  for (Turn& turn : turns_) {
    if (turn.at <= now && !turn.missed) turn.missed = {now, round_};
  }
  std::erase_if(turns_, [&](const Turn& turn) {
    return turn.missed && turn.missed->round < round_ && turn.missed->at + kTurnKept < now;
  });
}

void Budget::NoteAsked(MonotonicTime now, const void* asker) {
  const auto known = std::find_if(asked_.begin(), asked_.end(),
                                  [asker](const Asked& other) { return other.asker == asker; });
  if (known != asked_.end() && known->at == now) return;
  if (known != asked_.end()) {
    ++round_;
    asked_.clear();
  }
  asked_.push_back({asker, now});
}

std::size_t Budget::Before(const Turn& turn, MonotonicTime now) const {
  const auto is_late = [now](const Turn& of) { return of.yields && now - of.since < kYields; };
  const bool late = is_late(turn);
  std::size_t count = 0;
  bool is_earlier = true;  // those in front of it
  for (const Turn& other : turns_) {
    if (other.asker == turn.asker) {
      is_earlier = false;
    } else if (is_late(other) == late ? is_earlier : late) {
      ++count;
    }
  }
  return count;
}

std::optional<MonotonicTime> Budget::Attempt(MonotonicTime now, const void* asker) {
  return Try(now, asker, false);
}

std::optional<MonotonicTime> Budget::AttemptRevisit(MonotonicTime now, const void* asker) {
  return Try(now, asker, true);
}

std::optional<MonotonicTime> Budget::Try(MonotonicTime now, const void* asker, bool yields) {
  NoteAsked(now, asker);
  DropOld(now);
  const auto turn = std::find_if(turns_.begin(), turns_.end(),
                                 [asker](const Turn& other) { return other.asker == asker; });
  const bool is_new = turn == turns_.end();
  Turn asked = is_new ? Turn{asker, now, now, yields, {}} : *turn;
  asked.yields = yields;
  asked.missed.reset();
  const std::size_t before = Before(asked, now);
  auto free = NextFree(now, 1, before);
  const bool has_had_one = served_.asker == asker && served_.at == now;
  if (!free && before > 0 && has_had_one) free = now + kGivesWay;
  if (free) {
    if (!waiting_since_) waiting_since_ = now;
    asked.at = *free;
    if (is_new) {
      turns_.push_back(asked);
    } else {
      *turn = asked;
    }
    return free;
  }
  if (turn != turns_.end()) turns_.erase(turn);
  if (waiting_since_) waited_ += now - *waiting_since_;
  waiting_since_.reset();
  sent_.push_back(now);
  served_ = {asker, now};
  return std::nullopt;
}

std::optional<MonotonicTime> Budget::AttemptSpare(MonotonicTime now, const void* asker) {
  if (const auto free = NextFree(now, kSparePart, turns_.size())) return free;
  return Attempt(now, asker);
}

void Budget::OnThrottled(MonotonicTime now, std::chrono::milliseconds wait) {
  shrunk_share_ = std::max(kLeastShare, Share(now) / 2);
  shrunk_at_ = now;
  held_until_ = std::max(held_until_, now + wait);
}

void Budget::OnStated(MonotonicTime now, std::optional<double> remaining,
                      std::optional<std::chrono::milliseconds> reset) {
  remaining_ = remaining;
  if (!remaining || *remaining >= 1) return;
  held_until_ = std::max(held_until_, now + reset.value_or(kDefaultHold));
}

BudgetSnapshot Budget::Snapshot(MonotonicTime now) const {
  std::chrono::nanoseconds waited = waited_;
  if (waiting_since_) waited += now - *waiting_since_;
  return {remaining_, Share(now) * settings_.per_minute / 60,
          std::chrono::duration_cast<std::chrono::milliseconds>(waited), held_until_};
}

}  // namespace nsf
