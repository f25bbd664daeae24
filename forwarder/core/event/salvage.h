// SPDX-License-Identifier: Apache-2.0
// A page that does not parse, split down to the row: the rows that are good, as a page, and those
// that are broken, for the dead letter. No row is dropped: every byte between the brackets of the
// list is in a good row, in a broken one, or a separator.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/page.h"

namespace nsf {

struct BrokenRow {
  std::string_view raw;      // as received; points into SalvagedPage::body
  std::string_view reason;   // "malformed" or "too_deep": a metric's label
  std::size_t position = 0;  // among all the rows received, good and broken, from 0
};

struct SalvagedPage {
  // kRows: the good rows and the total stated; its body is what was received but for the broken
  // rows, so `Row::raw` is what the tenant sent. No rows here does not mean that the list has come
  // to its end. kRefused: the envelope states an error; `broken` is empty then.
  Page page;
  std::vector<BrokenRow> broken;            // in order
  std::shared_ptr<const std::string> body;  // as received

  // What an offset advances by.
  std::size_t received() const { return page.rows().size() + broken.size(); }
};

// Splits the body of a page that is kMalformed. Absent where its rows cannot be told apart (cut,
// broken outside of the rows, no list, or a broken row that has swallowed its neighbours): ask for
// half as many. `most_rows` is how many were asked for: with 1, what stands between the brackets
// of the list is that row, whatever it is. `max_depth` is that of Page::Parse. Linear in the
// body's size, a few copies of it in memory.
//
// What cannot be told from good rows: two rows that are broken so that together they are well
// formed (the first lost what the second has too much) are one, and a row that holds `},{` in
// place of a comma is two.
std::optional<SalvagedPage> Salvage(const Page& malformed, std::size_t most_rows,
                                    int max_depth = 256);

}  // namespace nsf
