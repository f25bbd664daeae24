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

// What to write in place of `word`: that entry or, where none is near, "`what_is_known`: a, b, c".
std::string Suggestion(std::string_view word, const std::vector<std::string>& known,
                       std::string_view what_is_known);

}  // namespace nsf
