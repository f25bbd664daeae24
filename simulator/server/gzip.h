// SPDX-License-Identifier: Apache-2.0
// Compresses a body for clients that accept it, and makes one that is a trap for them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nsf_simulator {

// Fastest level: the tenant is never to be the bottleneck. Empty if zlib fails, which only want of
// memory brings about.
std::string Gzip(std::string_view body);

// An empty page, spelt with so much white space that it inflates to `bytes`, rounded up to whole
// MiB: about a thousandth of that. Empty if zlib fails.
std::string GzipBomb(std::uint64_t bytes);

}  // namespace nsf_simulator
