// SPDX-License-Identifier: Apache-2.0
// Makes events in the order of their insertion and lets them out in the order of their visibility.
#include "tenant/event_source.h"

#include <algorithm>
#include <cmath>

#include "tenant/random.h"

namespace nsf_simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a random choice is about, so that choices about one event do not depend on each other.
enum class About : std::uint64_t { kPlace = 1, kTwin, kLag, kLate, kHidden };

std::uint64_t Choice(std::uint64_t seed, std::uint64_t key, About about) {
  return Scatter(Scatter(seed, static_cast<std::uint64_t>(about)) + key);
}

bool Chance(std::uint64_t seed, std::uint64_t key, About about, std::uint64_t percent) {
  return percent != 0 && Choice(seed, key, about) % 100 < percent;
}

// From event to insertion: mostly seconds, sometimes minutes (samples show 0 s and 300 s).
seconds Lag(std::uint64_t seed, std::uint64_t key, seconds most) {
  const std::uint64_t choice = Choice(seed, key, About::kLag);
  const std::uint64_t kind = choice % 100;
  const std::uint64_t size = choice / 100;
  const auto whole = static_cast<std::uint64_t>(most.count());
  const std::uint64_t bound = kind < 40 ? 0 : kind < 70 ? 5 : kind < 90 ? 60 : whole;
  return seconds(static_cast<std::int64_t>(size % (std::min(bound, whole) + 1)));
}

}  // namespace

EventSource::EventSource(const Settings& settings, Time anchor)
    : settings_(settings), anchor_(anchor) {}

void EventSource::TakeVisible(Time now, std::size_t most, std::vector<Event>* out) {
  out->clear();
  while (out->size() < most) {
    const std::optional<Time> made = NextMade();
    const bool hidden_first = !hidden_.empty() && (!made || hidden_.top().visible <= *made);
    if (hidden_first) {
      if (hidden_.top().visible > now) return;
      out->push_back(hidden_.top());
      hidden_.pop();
      continue;
    }
    if (!made || *made > now) return;
    const Event event = Make();
    if (event.visible > *made) {
      hidden_.push(event);
    } else {
      out->push_back(event);
    }
  }
}

std::optional<Time> EventSource::NextMade() const {
  if (made_backlog_ < settings_.events) return anchor_ - BacklogAge(made_backlog_);
  const bool burst = made_burst_ < settings_.burst_events;
  const bool live = settings_.live_per_second > 0;
  const Time burst_at = anchor_ + settings_.burst_after;
  if (burst && live) return std::min(burst_at, NextLive());
  if (burst) return burst_at;
  if (live) return NextLive();
  return std::nullopt;
}

Time EventSource::NextLive() const {
  const double after = static_cast<double>(made_live_ + 1) * 1000.0 / settings_.live_per_second;
  return anchor_ + milliseconds(static_cast<std::int64_t>(std::ceil(after)));
}

Event EventSource::Make() {
  const Time at = *NextMade();
  if (made_backlog_ < settings_.events) {
    // About one in eight shares the times of the one before: ties are the rule, not the exception.
    const std::uint64_t index = made_backlog_++;
    const bool twin = index > 0 && Chance(settings_.seed, index, About::kTwin, 12);
    return Compose(at, twin ? index - 1 : index);
  }
  const Time burst_at = anchor_ + settings_.burst_after;
  if (made_burst_ < settings_.burst_events && at == burst_at) {
    ++made_burst_;
    const auto second = std::chrono::floor<seconds>(at);
    return {.timestamp = second, .insertion = second, .visible = at};
  }
  return Compose(at, settings_.events + made_live_++);
}

// Spread evenly, each somewhere in its share of the span: the age falls as the index grows.
seconds EventSource::BacklogAge(std::uint64_t index) const {
  const bool twin = index > 0 && Chance(settings_.seed, index, About::kTwin, 12);
  const std::uint64_t place = twin ? index - 1 : index;
  const double inside =
      static_cast<double>(Choice(settings_.seed, place, About::kPlace) >> 11U) * 0x1p-53;
  const double share =
      (static_cast<double>(place) + inside) / static_cast<double>(settings_.events);
  const auto passed =
      static_cast<std::int64_t>(share * static_cast<double>(settings_.span.count()));
  return std::max(settings_.span - seconds(passed), seconds(0));
}

Event EventSource::Compose(Time inserted, std::uint64_t lag_key) const {
  const auto insertion = std::chrono::floor<seconds>(inserted);
  const bool late = Chance(settings_.seed, lag_key, About::kLate, settings_.late_percent);
  const seconds lag = late ? settings_.late_by : Lag(settings_.seed, lag_key, settings_.lag_max);
  const bool hidden = Chance(settings_.seed, lag_key, About::kHidden, settings_.hidden_percent);
  return {.timestamp = insertion - lag,
          .insertion = insertion,
          .visible = hidden ? inserted + settings_.hidden_for : inserted};
}

}  // namespace nsf_simulator
