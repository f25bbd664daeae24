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
enum class About : std::uint64_t {
  kPlace = 1,
  kTwin,
  kLag,
  kLate,
  kHidden,
  kAhead,
  kEqual,
  kThird,
  kRepeated
};

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
      const Event event = hidden_.top();
      hidden_.pop();
      LetOut(event, out);
      continue;
    }
    if (!made || *made > now) return;
    const Event event = Make();
    if (event.visible > *made) {
      hidden_.push(event);
    } else {
      LetOut(event, out);
    }
  }
}

void EventSource::AddEcho(Time now) {
  const auto second = std::chrono::floor<seconds>(now);
  hidden_.push({.timestamp = second,
                .insertion = second,
                .visible = now + seconds(1),
                .kind = EventKind::kEcho});
}

void EventSource::AddChange(std::uint32_t row, Time now, seconds lag) {
  const auto second = std::chrono::floor<seconds>(now);
  hidden_.push({.timestamp = second,
                .insertion = second,
                .visible = now + lag,
                .origin = row,
                .kind = EventKind::kChange});
}

// Gives the event its number, and lets out what stands beside it.
void EventSource::LetOut(Event event, std::vector<Event>* out) {
  const EventNumber number = let_out_++;
  const bool first = event.kind == EventKind::kOwn || event.kind == EventKind::kEcho;
  if (first) event.origin = number;
  out->push_back(event);
  if (event.kind != EventKind::kOwn) return;
  const std::uint64_t seed = settings_.seed;
  const Time equals_show = event.visible + settings_.equal_after;
  if (Chance(seed, number, About::kEqual, settings_.equal_percent)) {
    LetOutLike(event, EventKind::kEqual, equals_show, out);
    if (Chance(seed, number, About::kThird, 50)) {
      LetOutLike(event, EventKind::kEqual, equals_show, out);
    }
  }
  if (Chance(seed, number, About::kRepeated, settings_.repeated_percent)) {
    LetOutLike(event, EventKind::kRepeated, event.visible, out);
  }
}

void EventSource::LetOutLike(const Event& event, EventKind kind, Time visible,
                             std::vector<Event>* out) {
  Event like = event;
  like.kind = kind;
  like.visible = visible;
  if (visible > event.visible) {
    hidden_.push(like);
  } else {
    LetOut(like, out);
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
    return Compose(at, Place(made_backlog_++));
  }
  const Time burst_at = anchor_ + settings_.burst_after;
  if (made_burst_ < settings_.burst_events && at == burst_at) {
    ++made_burst_;
    const auto second = std::chrono::floor<seconds>(at);
    return {.timestamp = second, .insertion = second, .visible = at};
  }
  return Compose(at, settings_.events + made_live_++);
}

// Which event's times the backlog's event of this index has: events share seconds in crowds, or
// else about one in eight those of the one before. Ties are the rule, not the exception.
std::uint64_t EventSource::Place(std::uint64_t index) const {
  if (settings_.crowd > 1) return index - index % settings_.crowd;
  return index > 0 && Chance(settings_.seed, index, About::kTwin, 12) ? index - 1 : index;
}

// Spread evenly, each somewhere in its share of the span: the age falls as the index grows.
seconds EventSource::BacklogAge(std::uint64_t index) const {
  const std::uint64_t place = Place(index);
  const double inside =
      static_cast<double>(Choice(settings_.seed, place, About::kPlace) >> 11U) * 0x1p-53;
  const double share =
      (static_cast<double>(place) + inside) / static_cast<double>(settings_.events);
  const auto passed =
      static_cast<std::int64_t>(share * static_cast<double>(settings_.span.count()));
  return std::max(settings_.span - seconds(passed), seconds(0));
}

Event EventSource::Compose(Time inserted, std::uint64_t lag_key) const {
  const std::uint64_t seed = settings_.seed;
  const auto happened = std::chrono::floor<seconds>(inserted);
  if (settings_.batch_every.count() > 0) {
    const auto every = std::chrono::duration_cast<milliseconds>(settings_.batch_every);
    const auto batches = (inserted.time_since_epoch() + every - milliseconds(1)) / every;
    inserted = Time(batches * every);
  }
  const bool late = Chance(seed, lag_key, About::kLate, settings_.late_percent);
  const bool ahead = Chance(seed, lag_key, About::kAhead, settings_.ahead_percent);
  const bool hidden = Chance(seed, lag_key, About::kHidden, settings_.hidden_percent);
  const seconds lag = ahead  ? -settings_.ahead_by
                      : late ? settings_.late_by
                             : Lag(seed, lag_key, settings_.lag_max);
  return {.timestamp = happened - lag,
          .insertion = std::chrono::floor<seconds>(inserted),
          .visible = hidden ? inserted + settings_.hidden_for : inserted};
}

}  // namespace nsf_simulator
