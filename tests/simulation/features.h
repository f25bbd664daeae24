// SPDX-License-Identifier: Apache-2.0
// What the product is to stand by now. A trait that needs a feature which is off is never drawn;
// what is off is not built yet, and this is the one place to switch it on.
#pragma once

namespace nsf::simulation {

struct Features {
  bool discovery = true;        // the page parameter and the window pair are found out
  bool refused_names = true;    // 400 for the page parameter itself: the other one is tried
  bool refusals_in_200 = true;  // of a limit or an offset
  bool abandoned_pages = true;  // pages of a walk that was given up count as asked for, still
  bool wide_edges = true;       // so many rows dated ahead that each poll walks many pages
  bool deep_refusals = true;    // 400 at a deep offset, while windows move
  bool untold_times = true;     // the time that windows select by is not shown
  bool deep_offsets = true;     // a limit to offsets is learned
  bool lies = true;             // an empty list, or none, though there are rows
  bool timeless_rows = true;    // rows without a time
  bool broken_rows = true;      // rows that are no JSON
  bool retention = true;        // rows that leave the list
  bool own_clock_jumps = true;

  // A tenant without a row may still show what it honours later. Few seeds in a thousand: where
  // all rows change places at every request, small pages are halved for longer than they are given.
  bool empty_contact = true;
  // The name that turns the page is doubted in a walk begun midway; or nothing turns it. Then a
  // page as large as the largest one so far looks full, and windows are halved down to seconds.
  bool resumed_parameter = true;
  bool short_unturned = true;  // pages shorter than asked there; drawn with resumed_parameter only
  // Totals that are right for short lists and too small for long; or rows that are stated and never
  // shown. A few seeds in ten thousand: windows are walked again that are whole, and late rows of
  // others wait for longer than they are given.
  bool capped_totals = true;
  bool totals_too_large = true;
  bool dialect_changes = true;  // and found out anew: what was walked in between is not mended
  // Tenants that honour no window: of broken rows and rows without id that move from page to page
  // one comes twice, and a window was called whole too early (seed 7350 of its own).
  bool list_walks = true;
  // Such a list sorted by another time than rows are cut by: a late row stands where no walk comes
  // by before two neighbours show that the order does not hold.
  bool lists_by_event = true;
  // 400 and 404 for a time, that say nothing of the dialect: where so many pass by chance that all
  // questions are answered so, the window by event time is taken, and very late rows are not found.
  bool passing_refusals = true;
  bool anonymous_drift = true;  // rows without id and time change places between two pages
  // `result` is null or an object where there are no rows, or one: judged as no list, and asked for
  // again for ever.
  bool no_lists = true;
  // Equal rows without an id, of one second that fills several pages: they count on one page only,
  // and the second stays incomplete.
  bool equal_rows = true;
};

inline constexpr Features kSupported{};

}  // namespace nsf::simulation
