// SPDX-License-Identifier: Apache-2.0
// Where the rows of a page that is not JSON begin and end: brackets and quotes alone are read, so
// that a row which is broken inside does not hide its neighbours.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace nsf {

// What stands between two commas of a list of rows, white space cut. Never empty: where two commas
// stand side by side there is no row.
struct ScannedRow {
  std::string_view bytes;
  int depth = 0;  // open containers at its deepest point, those of the envelope included
};

struct RowScan {
  // Far more than any page lists. The scan ends there, so that a body of commas costs no memory.
  static constexpr std::size_t kMostRows = 100'000;

  // The brackets of the lists close, and only one of them holds rows. The envelope around them is
  // not checked.
  bool is_closed = false;
  // The rows may have been taken together, or one of them apart: a broken row has swallowed, or
  // lost, a bracket or a quote.
  bool is_doubtful = false;
  // Between the brackets of the list that holds rows, else of the first list; null without one.
  // Where the list is not closed it ends with the body.
  std::string_view list;
  std::vector<ScannedRow> rows;
};

// One pass, in time and memory linear in `body`, whatever is in it; no recursion. Views point into
// `body`. Lists are found where Page finds them, but for names written with escapes.
RowScan ScanRows(std::string_view body);

}  // namespace nsf
