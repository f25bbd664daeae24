// SPDX-License-Identifier: Apache-2.0
// The rows of a page as they were received: the good ones, and those that do not parse.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/page.h"

namespace nsf {

struct BrokenRow {
  std::string_view raw;      // as received; points into ReceivedPage::body
  std::string_view reason;   // "malformed" or "too_deep": a metric's label
  std::size_t position = 0;  // among all the rows received, good and broken, from 0
};

// Rows are counted as the tenant counts them: good and broken.
struct ReceivedPage {
  // kRows: the good rows and the total stated; its body is what was received but for the broken
  // rows, so `Row::raw` is what the tenant sent. No rows here does not mean that the list has come
  // to its end. Otherwise the envelope states an error or has no list; `broken` is empty then.
  Page page;
  std::vector<BrokenRow> broken;            // in order
  std::shared_ptr<const std::string> body;  // as received

  // What an offset advances by.
  std::size_t received() const { return page.rows().size() + broken.size(); }
};

}  // namespace nsf
