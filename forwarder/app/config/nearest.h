// SPDX-License-Identifier: Apache-2.0
// The known name that somebody most likely meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nsf {

// The entry of `known` with the fewest single-letter changes from `word` (a swap of neighbours is
// one), if so few that it is no guess; else empty.
std::string Nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace nsf
