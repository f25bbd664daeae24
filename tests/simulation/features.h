// SPDX-License-Identifier: Apache-2.0
// What the product is to stand by now. A trait that needs a feature which is off is never drawn;
// what is off is not built yet, and this is the one place to switch it on.
#pragma once

namespace nsf::simulation {

struct Features {
  bool discovery = true;           // the page parameter and the window pair are found out
  bool refused_names = true;       // 400 for the page parameter itself: the other one is tried
  bool empty_contact = false;      // a tenant without a row may still show what it honours later
  bool short_unturned = false;     // pages shorter than asked where nothing turns the page
  bool capped_totals = false;      // totals that are right for short lists and too small for long
  bool refusals_in_200 = true;     // of a limit or an offset
  bool totals_too_large = false;   // rows are stated that are never shown
  bool abandoned_pages = true;     // pages of a walk that was given up count as asked for, still
  bool dialect_changes = false;    // and found out anew
  bool list_walks = false;         // tenants that honour no window
  bool lists_by_event = false;     // such a list sorted by another time than rows are cut by
  bool wide_edges = false;         // so many rows dated ahead that each poll walks many pages
  bool deep_refusals = false;      // 400 at a deep offset, while windows move
  bool untold_times = false;       // the time that windows select by is not shown
  bool passing_refusals = false;   // 400 and 404 for a time, that say nothing of the dialect
  bool anonymous_drift = false;    // rows without id and time change places between two pages
  bool resumed_parameter = false;  // the name that turns the page is doubted in a walk begun midway
  bool deep_offsets = true;        // a limit to offsets is learned
  bool no_lists = false;           // `result` is null or an object where there are no rows, or one
  bool lies = true;                // an empty list, or none, though there are rows
  bool equal_rows = false;         // equal rows without an id
  bool timeless_rows = true;       // rows without a time
  bool broken_rows = false;        // rows that are no JSON
  bool retention = true;           // rows that leave the list
  bool own_clock_jumps = true;
};

inline constexpr Features kSupported{};

}  // namespace nsf::simulation
