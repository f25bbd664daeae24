// SPDX-License-Identifier: Apache-2.0
// The exit codes of the program: what scripts hold on to, see docs/CONFIGURATION.md.
#pragma once

namespace nsf {

inline constexpr int kExitDone = 0;             // done, or stopped by a signal, state committed
inline constexpr int kExitFound = 1;            // found something wrong (check)
inline constexpr int kExitUsage = 2;            // usage or configuration
inline constexpr int kExitTenantRefuses = 3;    // 401 or 403 in --once, after the others are done
inline constexpr int kExitSinkUnreachable = 4;  // for a minute, in --once
inline constexpr int kExitState = 5;            // locked or damaged
// And the number of the signal: stopped by it before the batch under way was settled.
inline constexpr int kExitCutShort = 128;

}  // namespace nsf
