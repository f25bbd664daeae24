// SPDX-License-Identifier: Apache-2.0
// The request budget of one token: at most so many requests a minute and so many a second, exactly,
// over any minute and any second. What the tenant says steers it down for a while, never up. Who
// has to wait has a turn: a stream with many pages to ask for does not keep another from asking.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "ports/clock.h"
#include "ports/telemetry.h"

namespace nsf {

struct BudgetSettings {
  std::uint32_t per_minute = 240;
  std::uint32_t per_second = 4;
};

// Shared by everything that uses a token; used by one thread.
class Budget {
 public:
  explicit Budget(BudgetSettings settings) : settings_(settings) {}

  // From now on; what was sent before counts.
  void Configure(BudgetSettings settings) { settings_ = settings; }

  // Takes one request out of the budget, or says when to ask again (never a time that has passed);
  // whoever does not ask then, while others come again, loses its turn. Empty: send it now. `asker`
  // tells streams apart and is only compared. While others wait it gets one request for each `now`.
  std::optional<MonotonicTime> Attempt(MonotonicTime now, const void* asker);

  // The same for what is looked at again: whoever asks for what is new goes first, until this asker
  // has waited for kYields.
  static constexpr std::chrono::seconds kYields{10};
  std::optional<MonotonicTime> AttemptRevisit(MonotonicTime now, const void* asker);

  // The same for what can wait: it leaves half of the rate to others.
  std::optional<MonotonicTime> AttemptSpare(MonotonicTime now, const void* asker);

  // The tenant refused a request for the rate (429): nothing is sent for `wait`, and the rate is
  // halved; it grows back by a tenth of the configured rate each ten seconds.
  void OnThrottled(MonotonicTime now, std::chrono::milliseconds wait);

  // What an answer stated. None left: nothing is sent until the reset it stated.
  void OnStated(MonotonicTime now, std::optional<double> remaining,
                std::optional<std::chrono::milliseconds> reset);

  BudgetSnapshot Snapshot(MonotonicTime now) const;

 private:
  struct Missed {
    MonotonicTime at;  // when someone else asked first after it was free
    std::uint64_t round = 0;
  };
  struct Turn {
    const void* asker = nullptr;
    MonotonicTime at;     // when it will ask again
    MonotonicTime since;  // when it asked first
    bool yields = false;  // to those who do not, for a while
    std::optional<Missed> missed;
  };
  struct Asked {
    const void* asker = nullptr;
    MonotonicTime at;
  };

  std::optional<MonotonicTime> Try(MonotonicTime now, const void* asker, bool yields);
  // Those who are to be served before `turn`.
  std::size_t Before(const Turn& turn, MonotonicTime now) const;
  double Share(MonotonicTime now) const;  // of the configured rate, in [kLeastShare, 1]
  // With `part` of the rate that is allowed now, when `before` others are sent first.
  std::optional<MonotonicTime> NextFree(MonotonicTime now, double part, std::size_t before) const;
  // Tells rounds apart: another one begins when someone asks again.
  void NoteAsked(MonotonicTime now, const void* asker);
  void DropOld(MonotonicTime now);

  BudgetSettings settings_;
  std::deque<MonotonicTime> sent_;  // of the last minute
  std::deque<Turn> turns_;          // of those who wait, first come first
  std::vector<Asked> asked_;        // in this round, each once
  std::uint64_t round_ = 0;
  Asked served_;  // the last one who was
  MonotonicTime held_until_{};
  MonotonicTime shrunk_at_{};
  double shrunk_share_ = 1;  // at shrunk_at_
  std::optional<MonotonicTime> waiting_since_;
  std::chrono::nanoseconds waited_{0};
  std::optional<double> remaining_;
};

}  // namespace nsf
