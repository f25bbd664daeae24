// SPDX-License-Identifier: Apache-2.0
// A page that does not parse, split down to the row: the rows that are good, as a page, and those
// that are broken, for the dead letter. No row is dropped: every byte between the brackets of the
// list is in a good row, in a broken one, or a separator.
#pragma once

#include <cstddef>
#include <optional>

#include "core/event/received_page.h"

namespace nsf {

// Splits the body of a page that is kMalformed. Absent where its rows cannot be told apart (cut,
// broken outside of the rows, no list, or a broken row that has swallowed its neighbours): ask for
// half as many. `most_rows` is how many were asked for: with 1, what stands between the brackets
// of the list is that row, whatever it is. `max_depth` is that of Page::Parse. Linear in the
// body's size, a few copies of it in memory.
//
// What cannot be told from good rows: two rows that are broken so that together they are well
// formed (the first lost what the second has too much) are one, and a row that holds `},{` in
// place of a comma is two.
std::optional<ReceivedPage> Salvage(const Page& malformed, std::size_t most_rows,
                                    int max_depth = 256);

}  // namespace nsf
