// SPDX-License-Identifier: Apache-2.0
// The iterators of one event type: a cursor for each index, which moves when a page is given,
// whatever becomes of the answer on its way.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "tenant/history.h"
#include "tenant/page_query.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// Events [first, end), in the order in which they became visible.
struct IteratorPage {
  EventNumber first = 0;
  EventNumber end = 0;
  std::int64_t high_water = 0;  // the latest timestamp shown so far that is not ahead of its time
  std::chrono::seconds wait{0};
};

class IteratorDesk {
 public:
  // `clock`: the tenant's time. Takes index and operation (next, head, tail, resend, or the epoch
  // seconds to begin at). 409 while an answer to the same index is under way.
  std::variant<IteratorPage, Refusal> Ask(const Parameters& parameters, const History& history,
                                          const Settings& settings, Time clock);

 private:
  struct Index {
    EventNumber next = 0;
    IteratorPage last;
    Time busy_until{};
  };

  static std::optional<Refusal> MoveTo(const std::string& operation, const History& history,
                                       const Settings& settings, Index* index);

  std::map<std::string, Index> indexes_;
};

// The page of the last answer and what stands around its rows; `rows`: joined by commas.
std::string IteratorBody(const IteratorPage& page, const std::string& rows);

}  // namespace nsf_simulator
