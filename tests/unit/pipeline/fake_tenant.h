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
  bool timeless = false;             // shows no time
};

class FakeTenant {
 public:
  std::vector<FakeRow> rows;  // in the order of insertion
  bool newest_first = false;
  bool honours_offset = true, honours_skip = false;
  bool honours_insertion = true, honours_event = true;  // windows
  bool wants_window = false;                            // refuses requests without one
  bool shows_insertion = true;
  std::uint32_t refuses_above = UINT32_MAX;  // larger limits
  std::uint64_t refuses_from = UINT64_MAX;   // offsets
  bool states_total = true, dated = true;
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
  // Why it is refused; empty: it is not.
  std::string Refusal(const std::string& target) const;
  std::vector<const FakeRow*> Visible(const std::string& target, WallSeconds now) const;
};

}  // namespace nsf::test
