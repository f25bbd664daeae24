// SPDX-License-Identifier: Apache-2.0
// What is to be done with a slot, from what the group says of it and how it is here. Two owners
// that both believe in their right would shut each other out for ever: who was shut out takes a
// slot over again only when the group has confirmed that it is to.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ports/clock.h"
#include "ports/ownership.h"

namespace nsf {

// How a slot is in this process.
enum class SlotLife : std::uint8_t {
  kClosed,
  kOpen,     // being read, or owned
  kShutOut,  // another owner has taken it over
  kClosing,
};

// Of the last time that another owner took over.
struct ShutOut {
  std::uint64_t grant = 0;     // under which it was open
  MonotonicTime at{};          // when it was noticed
  std::uint32_t in_a_row = 1;  // under that same grant
};

struct SlotFacts {
  SlotLife life = SlotLife::kClosed;
  std::optional<SlotGrant> grant;  // absent: the slot is not ours
  bool wanted = false;             // tenants of our configuration are in it
  bool busy = false;               // streams of it have not come to rest
  std::optional<MonotonicTime> asked_back_since;
  std::optional<ShutOut> shut_out;
};

enum class SlotAct : std::uint8_t { kNone, kOpen, kClose, kGiveBack };

struct SlotStep {
  SlotAct act = SlotAct::kNone;
  bool may_run = false;  // streams of the slot do
  // Something else is to be done then, if nothing happens before.
  MonotonicTime look_again = MonotonicTime::max();
};

// How long streams may take to come to rest once a slot is asked back: then what they have under
// way is cut off. The whole group waits for it.
inline constexpr std::chrono::seconds kRestPatience{5};

SlotStep DecideSlot(const SlotFacts& facts, std::chrono::milliseconds session, MonotonicTime now);

}  // namespace nsf
