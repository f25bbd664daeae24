// SPDX-License-Identifier: Apache-2.0
// Where a stream is: the value that moves only with, or after, an acknowledged delivery.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/walk/list_order.h"
#include "core/walk/window.h"
#include "ports/result.h"

namespace nsf {

struct Cursor {
  WallSeconds first_start;  // where the stream began; what lies before it is never delivered
  WallSeconds open;         // every second before it is closed
  // The closing window's end, kept over a restart; the open second where no window is being closed.
  WallSeconds closing_end;
  std::uint64_t skip = 0;                      // rows of the walk under way that are delivered
  std::chrono::seconds span{300};              // of the next window
  std::optional<WallSeconds> delivered_until;  // every event visible then is delivered
  std::uint64_t next_chunk = 0;                // of the ledger
  // A window with more rows is halved: deep offsets are unsafe, and some tenants answer none.
  std::uint64_t most_rows = 50'000;
  // Where no window is honoured: what the list's order was seen to be, and the offset at which a
  // row stood that is older than the open time. A hint, see ListTask.
  OrderSeen list_order;
  std::uint64_t list_anchor = 0;

  bool closing() const { return closing_end > open; }

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// One line of text: a version, then name=value pairs in a fixed order; epoch seconds.
std::string EncodeCursor(const Cursor& cursor);
// Fails with kStop for a newer version (the message says so) and for damage.
Result<Cursor> DecodeCursor(std::string_view text);

}  // namespace nsf
