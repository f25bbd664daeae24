// SPDX-License-Identifier: Apache-2.0
// Windows near the present and while catching up.
#include "core/walk/window_plan.h"

#include <algorithm>

namespace nsf {

WalkPlan PlanWalk(WallSeconds open, std::chrono::seconds span, bool edge_full,
                  WallSeconds tenant_now, const WindowSettings& settings) {
  if (settings.end) return {WalkKind::kClosing, {open, std::min(open + span, *settings.end)}};
  const WallSeconds settled = tenant_now - settings.settle;
  const bool long_enough = settled - open >= settings.length;
  if (long_enough || (edge_full && settled > open)) {
    return {WalkKind::kClosing, {open, std::min(open + span, settled)}};
  }
  // The clock of the tenant may have stepped back behind what is closed: the edge stays valid.
  return {WalkKind::kEdge, {open, std::max(tenant_now, open) + settings.ahead}};
}

std::chrono::seconds NextSpan(std::chrono::seconds span, std::uint64_t rows, std::uint64_t few,
                              std::uint64_t many, const WindowSettings& settings) {
  if (rows > many) return std::max(span / 2, std::chrono::seconds(1));
  if (rows < few) return std::clamp(span * 2, settings.length, settings.longest);
  return span;
}

}  // namespace nsf
