// SPDX-License-Identifier: Apache-2.0
// Which token opens what: a REST token reads audit events, a SCIM token users and groups. Neither
// is told that it is of the wrong kind.
#pragma once

#include <string>
#include <string_view>

#include "tenant/answer.h"

namespace nsf_simulator {

// Well known, because they guard made-up events only; docs/SIMULATOR.md prints them.
inline constexpr std::string_view kDefaultRestToken = "simulator-rest-token";
inline constexpr std::string_view kNextRestToken =
    "simulator-next-token";  // when the first expired
inline constexpr std::string_view kScimToken = "simulator-scim-token";

enum class Access { kGranted, kMissing, kUnknown, kWrongScope, kExpired };

// The token a request carries in any of the four spellings that are seen: the header
// Netskope-Api-Token, or Authorization with "Netskope-Api-Token T", "Netskope-Api-Token: T" or
// "Bearer T". Empty if it carries none.
std::string_view TokenOf(const Request& request);

// The same of users and groups.
Access CheckScimAccess(const Request& request, std::string_view rest_token);

// An empty `rest_token` opens nothing. Never kExpired: what time it is, the gateway knows.
Access CheckAccess(const Request& request, std::string_view rest_token);

}  // namespace nsf_simulator
