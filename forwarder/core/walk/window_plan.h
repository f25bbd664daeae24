// SPDX-License-Identifier: Apache-2.0
// Which piece of time to walk next: the next window that can be closed, or the open edge.
//
// A window is closed when no row is expected in it any more (its end lies `settle` in the tenant's
// past); what is younger is the edge, walked at every poll so that an event leaves at once, and
// walked once more when it is closed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/walk/window.h"

namespace nsf {

struct WindowSettings {
  std::chrono::seconds length{300};      // of a window near the present
  std::chrono::seconds settle{60};       // how old a second must be to be closed
  std::chrono::seconds longest{86'400};  // of a window over silence
  std::chrono::seconds ahead{86'400};    // how far the edge reaches past now: rows dated ahead
  // A piece of the past is walked: it ends here, and everything in it is closed.
  std::optional<WallSeconds> end;
};

enum class WalkKind : std::uint8_t {
  kClosing,  // a settled window: walked to its end, then never again by the cursor
  kEdge,     // what is open
  kRevisit,  // closed windows, walked again
  kList,     // all of these at once, where no window is honoured
};

struct WalkPlan {
  WalkKind kind = WalkKind::kEdge;
  Window window;

  friend bool operator==(const WalkPlan&, const WalkPlan&) = default;
};

// `open` is the first second not closed yet; `span` the width that catching up has reached;
// `edge_full`: the last edge walk filled a page, so that closing early is cheaper than walking it
// again at every poll. `open` lies before settings.end.
WalkPlan PlanWalk(WallSeconds open, std::chrono::seconds span, bool edge_full,
                  WallSeconds tenant_now, const WindowSettings& settings);

// The span after a closed window of `rows` rows: doubled while it holds fewer than `few`, halved
// when it holds more than `many`, never below `length`, never above `longest`.
std::chrono::seconds NextSpan(std::chrono::seconds span, std::uint64_t rows, std::uint64_t few,
                              std::uint64_t many, const WindowSettings& settings);

}  // namespace nsf
