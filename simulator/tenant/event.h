// SPDX-License-Identifier: Apache-2.0
// What the tenant keeps of an event: three times. Its row and its id follow from the seed and the
// event's number, so that millions of events cost 24 bytes each.
#pragma once

#include <chrono>
#include <cstdint>

#include "tenant/settings.h"

namespace nsf_simulator {

// The place of an event in the order in which events became visible, from 0.
using EventNumber = std::uint32_t;

struct Event {
  std::chrono::sys_seconds timestamp;
  std::chrono::sys_seconds insertion;
  Time visible;
};

}  // namespace nsf_simulator
