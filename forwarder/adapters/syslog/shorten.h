// SPDX-License-Identifier: Apache-2.0
// Makes a payload fit that is too large for a message; pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nsf::syslog {

// No value is cut to less than this: ids, names, times and addresses stay whole.
inline constexpr std::size_t kShortestCut = 64;

// `payload` in at most `most` bytes, still of its syntax, and marked. What is missed least goes
// first: of JSON the members of kMissedLeast; then, of any, the longest values are cut to a common
// length, each between two characters or escapes, with U+2026 at its end. Marks:
// OCSF metadata.is_truncated, ECS netskope.truncated, other JSON netskope_truncated, CEF and LEEF
// netskopeTruncated=true. Absent where that is not enough, or for a payload of another kind.
std::optional<std::string> Shorten(std::string_view payload, std::size_t most);

}  // namespace nsf::syslog
