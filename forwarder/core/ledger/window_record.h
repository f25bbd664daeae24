// SPDX-License-Identifier: Apache-2.0
// What is known of one closed window: the evidence that it is complete, and when it is walked
// again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ledger/event_id.h"
#include "core/walk/window.h"
#include "ports/result.h"

namespace nsf {

// What a walk counted inside a window: its distinct events, and an order-free sum of their id
// hashes. Two walks that agree in both have seen the same events.
struct Tally {
  std::uint64_t events = 0;
  std::uint64_t sum = 0;

  void Add(IdHash id) {
    ++events;
    sum += id.low;
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

// What a walk that ended proves. It is whole when one page and the empty one after it held all (a
// page is one snapshot), or when every page stated the same total, the rows received equal it and
// no event came twice across pages.
enum class WalkProof : std::uint8_t {
  kWhole,
  kNoTotal,  // nothing speaks against it, and no total for it: another walk must agree
  kResumed,  // it began in the middle, after a restart
  kStated,   // nothing but a total speaks against it: more rows are stated than were shown
  kMoved,    // rows moved while it was walked, or were never shown
};

struct WindowRecord {
  Window window;
  Tally tally;                         // of the last walk of this window alone
  std::optional<std::uint64_t> total;  // as the tenant stated it then
  std::uint32_t walks = 0;
  std::uint32_t failures = 0;  // walks in a row that were not whole
  bool whole = false;          // the last walk was
  std::uint32_t revisits = 0;  // made, of those that the configuration asks for
  // The tenant's time of the next walk; absent: there will be none.
  std::optional<WallSeconds> due;

  friend bool operator==(const WindowRecord&, const WindowRecord&) = default;
};

// One line of text, as of a cursor: a version, then name=value pairs; epoch seconds.
std::string EncodeWindow(const WindowRecord& record);
// Fails with kStop for a newer version and for damage.
Result<WindowRecord> DecodeWindow(std::string_view text);

}  // namespace nsf
