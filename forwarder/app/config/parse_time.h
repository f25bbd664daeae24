// SPDX-License-Identifier: Apache-2.0
// Points in time as people write them: 2027-03-01, 2026-11-01T00:00:00Z (RFC 3339).
#pragma once

#include <string>
#include <string_view>

#include "ports/clock.h"
#include "ports/result.h"

namespace nsf {

// RFC 3339 §5.6, with an offset; a fraction of a second is cut off. A day alone is its beginning,
// in UTC. The error says what the text is not and what to write.
Result<WallSeconds> ParseTime(std::string_view text);

// The same as text: 2026-11-01T00:00:00Z.
std::string TimeText(WallSeconds time);

}  // namespace nsf
