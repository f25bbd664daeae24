// SPDX-License-Identifier: Apache-2.0
// The request target of one page, in the dialect of a tenant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dialect/dialect.h"
#include "core/walk/window.h"

namespace nsf {

// `path` with limit, offset or skip, and the window's bounds. The vendor's documents disagree on
// which bound is inclusive (event time: left exclusive; insertion time: both inclusive), so a
// window is asked for one second wider than it is: AskedBounds() says what may come back.
std::string PageTarget(std::string_view path, const Dialect& dialect, const Window& window,
                       std::uint64_t skip, std::uint32_t limit);

// The seconds, both inclusive, that a request for `window` asks for under any reading of the
// bounds.
struct AskedBounds {
  WallSeconds first;
  WallSeconds last;

  bool Contains(WallSeconds second) const { return first <= second && second <= last; }
};
AskedBounds BoundsAsked(const Window& window);

}  // namespace nsf
