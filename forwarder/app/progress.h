// SPDX-License-Identifier: Apache-2.0
// Progress for somebody who looks on: events, requests, rate, time to go, budget left. A line that
// is rewritten on a terminal, a line now and then elsewhere; always on stderr, never among events.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/stream/event_stream.h"
#include "ports/clock.h"
#include "ports/telemetry.h"

namespace nsf {

// Used by one thread.
class Progress {
 public:
  // `terminal`: stderr is one.
  Progress(bool terminal, const Now& begun) : terminal_(terminal), begun_(begun), shown_(begun) {}

  // Shows where the streams are, when it is time to. `budget` is that of the first tenant.
  void Show(const Now& now, const std::vector<const EventStream*>& streams,
            const BudgetSnapshot& budget);
  // Ends the display with a summary of the whole run.
  void Finish(const Now& now, const std::vector<const EventStream*>& streams);

 private:
  bool terminal_;
  Now begun_;
  Now shown_;
  std::uint64_t shown_events_ = 0;
};

}  // namespace nsf
