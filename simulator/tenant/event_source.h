// SPDX-License-Identifier: Apache-2.0
// Where events come from: the backlog, a steady rate, a burst; some late, some shown late. The
// sequence follows from the settings and the anchor alone, however often it is asked.
#pragma once

#include <optional>
#include <queue>
#include <vector>

#include "tenant/event.h"
#include "tenant/settings.h"

namespace nsf_simulator {

class EventSource {
 public:
  // `anchor` is the moment the tenant starts: the backlog lies before it, all else after it.
  EventSource(const Settings& settings, Time anchor);

  // Replaces `out` by the next events that became visible up to `now`, in the order in which they
  // did: at most `most`, and those equal to the last of them; empty when there are none left.
  void TakeVisible(Time now, std::size_t most, std::vector<Event>* out);

  // A request of this moment leaves an event, which shows a second later.
  void AddEcho(Time now);
  // The same of a change, whose row RowPool::AddRow() numbered; it shows `lag` later.
  void AddChange(std::uint32_t row, Time now, std::chrono::seconds lag);

 private:
  struct ShowsLater {
    bool operator()(const Event& a, const Event& b) const {
      if (a.visible != b.visible) return a.visible > b.visible;
      if (a.timestamp != b.timestamp) return a.timestamp > b.timestamp;
      if (a.insertion != b.insertion) return a.insertion > b.insertion;
      return a.origin != b.origin ? a.origin > b.origin : a.kind > b.kind;
    }
  };

  std::optional<Time> NextMade() const;
  Time NextLive() const;
  Event Make();
  void LetOut(Event event, std::vector<Event>* out);
  void LetOutLike(const Event& event, EventKind kind, Time visible, std::vector<Event>* out);
  std::uint64_t Place(std::uint64_t index) const;
  std::chrono::seconds BacklogAge(std::uint64_t index) const;
  Event Compose(Time inserted, std::uint64_t lag_key) const;

  Settings settings_;
  Time anchor_;
  std::uint64_t made_backlog_ = 0;
  std::uint64_t made_burst_ = 0;
  std::uint64_t made_live_ = 0;
  EventNumber let_out_ = 0;
  // Inserted, not shown yet.
  std::priority_queue<Event, std::vector<Event>, ShowsLater> hidden_;
};

}  // namespace nsf_simulator
