// SPDX-License-Identifier: Apache-2.0
// The buckets of time that the ledger sorts ids into.
#pragma once

#include <chrono>
#include <cstdint>

#include "ports/clock.h"

namespace nsf {

// A bucket holds the seconds [number * kBucketSeconds, (number + 1) * kBucketSeconds) of rows that
// show their time, or kNoOwnTime further on, of rows that do not.
using BucketNumber = std::int64_t;
inline constexpr std::chrono::seconds kBucketSeconds{900};
inline constexpr BucketNumber kNoOwnTime = BucketNumber{1} << 60;

BucketNumber BucketOf(WallSeconds second, bool has_own = true);
inline bool HasNoOwnTime(BucketNumber bucket) { return bucket > kNoOwnTime / 2; }

}  // namespace nsf
