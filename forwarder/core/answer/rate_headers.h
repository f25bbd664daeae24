// SPDX-License-Identifier: Apache-2.0
// What a tenant's answer says of its rate limit, in any of the spellings seen: Retry-After
// (RFC 9110 §10.2.3), RateLimit-* (the IETF draft, relative seconds), X-RateLimit-* (often epoch).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "ports/clock.h"
#include "ports/http_client.h"

namespace nsf {

struct RateHeaders {
  // How long to wait, from Retry-After, else RateLimit-Reset, else X-RateLimit-Reset; garbage is
  // passed over, and no tenant makes us wait longer than kLongestWait.
  std::optional<std::chrono::milliseconds> wait;
  std::optional<double> remaining;  // requests left, as stated

  static constexpr std::chrono::minutes kLongestWait{5};
};

// `date` is the answer's own time, for waits stated as a point in time.
RateHeaders ReadRateHeaders(const HttpAnswer& answer, std::optional<WallSeconds> date);

// An IMF-fixdate (RFC 9110 §5.6.7), e.g. "Sun, 06 Nov 1994 08:49:37 GMT". The obsolete forms are
// not read.
std::optional<WallSeconds> ParseHttpDate(std::string_view text);

// The time at which the tenant says that it answered.
std::optional<WallSeconds> DateOf(const HttpAnswer& answer);

// The first header of that (lower-case) name.
std::optional<std::string_view> FindHeader(const HttpAnswer& answer, std::string_view name);

}  // namespace nsf
