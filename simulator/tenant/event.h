// SPDX-License-Identifier: Apache-2.0
// What the tenant keeps of an event: its times, and whose row it shows. Row and id follow from the
// seed and the event's number, so that millions of events cost 32 bytes each.
#pragma once

#include <chrono>
#include <cstdint>

#include "tenant/settings.h"

namespace nsf_simulator {

// The place of an event in the order in which events became visible, from 0.
using EventNumber = std::uint32_t;

// kEqual: as the event before it that `origin` names, but for its id; kRepeated: the same event
// once more; kEcho: what a request left in the log;
// kChange: what a change over SCIM left there.
enum class EventKind : std::uint8_t { kOwn, kEqual, kRepeated, kEcho, kChange };

struct Event {
  std::chrono::sys_seconds timestamp;
  std::chrono::sys_seconds insertion;
  Time visible;
  // Whose row it shows: its own number, unless it is equal or repeated. Of a change, which row.
  EventNumber origin = 0;
  EventKind kind = EventKind::kOwn;
};

}  // namespace nsf_simulator
