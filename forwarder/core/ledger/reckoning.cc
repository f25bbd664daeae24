// SPDX-License-Identifier: Apache-2.0
// Comparing.
#include "core/ledger/reckoning.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace nsf {
namespace {

bool Before(const IdHash& a, const IdHash& b) {
  return std::tie(a.high, a.low) < std::tie(b.high, b.low);
}

}  // namespace

Reckoning::Reckoning(Delivered delivered, const Window& range)
    : ids_(std::move(delivered.ids)), ids_from_(delivered.ids_from), range_(range) {
  std::sort(ids_.begin(), ids_.end(), Before);
  for (const WindowRecord& record : delivered.windows) {
    if (record.window.start < range.end && record.window.end > range.start) {
      closed_[record.window.start].record = record;
    }
  }
}

void Reckoning::Add(WallSeconds listed, IdHash id) {
  const bool unknown =
      listed >= ids_from_ && !std::binary_search(ids_.begin(), ids_.end(), id, Before);
  const auto after = closed_.upper_bound(listed);
  if (after != closed_.begin()) {
    Closed& closed = std::prev(after)->second;
    if (listed < closed.record.window.end) {
      closed.shown.Add(id);
      closed.unknown += unknown ? 1 : 0;
      return;
    }
  }
  if (unknown) ++loose_[std::chrono::floor<std::chrono::minutes>(listed)];
}

std::uint64_t Reckoning::MissingIn(const Closed& closed) const {
  const WindowRecord& record = closed.record;
  const bool by_ids = record.window.start >= ids_from_;
  if (by_ids || closed.unknown > 0 || !LiesInside(record.window)) return closed.unknown;
  if (closed.shown == record.tally || closed.shown.events < record.tally.events) return 0;
  // As many, but others: one at least was not delivered.
  return std::max<std::uint64_t>(closed.shown.events - record.tally.events, 1);
}

Reckoning::Outcome Reckoning::Conclude() const {
  Outcome outcome;
  for (const auto& [start, closed] : closed_) {
    const Window& window = closed.record.window;
    if (const std::uint64_t missing = MissingIn(closed); missing > 0) {
      outcome.holes.push_back({window.start, window.end, missing});
    } else if (LiesInside(window) && closed.shown.events < closed.record.tally.events) {
      ++outcome.no_longer_held;
    } else {
      ++outcome.whole;
    }
  }
  for (const auto& [minute, missing] : loose_) {
    outcome.holes.push_back({minute, minute + std::chrono::minutes(1), missing});
  }
  std::sort(outcome.holes.begin(), outcome.holes.end(),
            [](const JobHole& a, const JobHole& b) { return a.start < b.start; });
  for (const JobHole& hole : outcome.holes) outcome.missing += hole.missing;
  return outcome;
}

}  // namespace nsf
