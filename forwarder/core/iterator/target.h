// SPDX-License-Identifier: Apache-2.0
// How an iterator is asked.
#pragma once

#include <string>
#include <string_view>

#include "core/iterator/turn.h"
#include "ports/clock.h"

namespace nsf {

// Path and query. `epoch` is for kEpoch alone.
std::string IteratorTarget(std::string_view path, std::string_view index,
                           IteratorOperation operation, WallSeconds epoch);

}  // namespace nsf
