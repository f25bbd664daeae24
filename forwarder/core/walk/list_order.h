// SPDX-License-Identifier: Apache-2.0
// Which way a list runs, as its own pages show it: neighbours on one page are of one moment, so a
// single pair out of order proves that the list is in none.
#pragma once

#include <optional>
#include <span>

#include "core/dialect/dialect.h"
#include "core/event/audit_event.h"
#include "ports/clock.h"

namespace nsf {

// The time that orders a list, and by which a stream cuts it where the tenant honours no window:
// insertion time where it is shown, else event time.
std::optional<WallSeconds> ListTime(const AuditEvent& event);

// What neighbours have shown so far. A pinned order is evidence like that of a page.
struct OrderSeen {
  bool ascending = false;
  bool descending = false;

  static OrderSeen Pinned(std::optional<ListOrder> order);

  void Add(WallSeconds earlier_row, WallSeconds later_row) {
    ascending = ascending || earlier_row < later_row;
    descending = descending || earlier_row > later_row;
  }
  void Add(const OrderSeen& other) {
    ascending = ascending || other.ascending;
    descending = descending || other.descending;
  }
  // Nothing is known before two different times were seen: that is as good as no order.
  ListOrder order() const;

  friend bool operator==(const OrderSeen&, const OrderSeen&) = default;
};

}  // namespace nsf
