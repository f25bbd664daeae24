// SPDX-License-Identifier: Apache-2.0
// A heap of what is to happen.
#include "simulation/timeline.h"

#include <algorithm>
#include <utility>

namespace nsf::simulation {

void Timeline::After(std::chrono::nanoseconds pause, Action action) {
  heap_.push_back({now_ + pause, planned_++, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

void Timeline::RunNext() {
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  const Event event = std::move(heap_.back());
  heap_.pop_back();
  MoveTo(event.time);
  event.action();
}

}  // namespace nsf::simulation
