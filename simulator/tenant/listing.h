// SPDX-License-Identifier: Apache-2.0
// The order in which a tenant lists rows, and one page cut from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tenant/history.h"
#include "tenant/settings.h"

namespace nsf_simulator {

// `selected` is what History::Select gave. `salt` differs from request to request, for what is
// shuffled anew each time.
std::vector<EventNumber> CutPage(const History& history, std::span<const EventNumber> selected,
                                 const Settings& settings, std::uint64_t offset,
                                 std::uint64_t limit, std::uint64_t salt);

}  // namespace nsf_simulator
