// SPDX-License-Identifier: Apache-2.0
// Evidence of an order.
#include "core/walk/list_order.h"

namespace nsf {

std::optional<WallSeconds> ListTime(const AuditEvent& event) {
  return event.insertion ? event.insertion : event.timestamp;
}

OrderSeen OrderSeen::Pinned(std::optional<ListOrder> order) {
  if (!order) return {};
  return {*order != ListOrder::kNewestFirst, *order != ListOrder::kOldestFirst};
}

ListOrder OrderSeen::order() const {
  if (ascending == descending) return ListOrder::kNeither;
  return ascending ? ListOrder::kOldestFirst : ListOrder::kNewestFirst;
}

}  // namespace nsf
