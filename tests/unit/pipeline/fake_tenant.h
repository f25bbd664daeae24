// SPDX-License-Identifier: Apache-2.0
// A tenant for tests of a stream: a list of rows and answers that a test can bend.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/http_client.h"

namespace nsf::test {

struct FakeRow {
  std::string id;                    // empty: the row has none
  WallSeconds insertion;             // visible from then on
  std::optional<WallSeconds> event;  // event time; the insertion time when absent
  std::string extra;                 // more JSON members, with a leading comma
  bool timed = true;                 // it shows its times
};

class FakeTenant {
 public:
  std::vector<FakeRow> rows;  // in the order of insertion
  bool newest_first = false;
  bool honours_offset = true, honours_skip = false, honours_window = true;
  bool states_total = true, dated = true;
  bool shows_insertion = true;
  // Puts what is visible into another order, or trims it; afresh for every request.
  std::function<void(std::vector<const FakeRow*>*, WallSeconds now)> arrange;
  // The total that is stated, of a page of `page` rows of a list of `all`.
  std::function<std::size_t(std::size_t page, std::size_t all)> total;
  std::uint32_t most_rows = 5000;       // clamps
  std::chrono::seconds clock_ahead{0};  // of its own clock against the run's
  // Answers instead of the tenant when it returns something.
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> instead;
  std::vector<std::string> targets;  // every request, in order

  HttpAnswer Answer(const HttpRequest& request, WallTime now);

 private:
  std::vector<const FakeRow*> Visible(const std::string& target, WallSeconds now) const;
  std::string RowText(const FakeRow& row) const;
};

}  // namespace nsf::test
