// SPDX-License-Identifier: Apache-2.0
// What the product is to stand by now. A trait that needs a feature which is off is never drawn;
// what is off is not built yet, and this is the one place to switch it on.
#pragma once

namespace nsf::simulation {

struct Features {
  bool discovery = true;         // the page parameter and the window pair are found out
  bool refused_names = false;    // 400 for the page parameter itself: the other one is tried
  bool dialect_changes = true;   // and found out anew
  bool list_walks = true;        // tenants that honour no window
  bool deep_offsets = true;      // a limit to offsets is learned
  bool no_lists = false;  // `result` is null or an object where there are no rows, or one
  bool lies = true;              // an empty list, or none, though there are rows
  bool equal_rows = true;        // equal rows without an id
  bool timeless_rows = true;     // rows without a time
  bool broken_rows = true;       // rows that are no JSON
  bool retention = true;         // rows that leave the list
  bool own_clock_jumps = true;
};

inline constexpr Features kSupported{};

}  // namespace nsf::simulation
