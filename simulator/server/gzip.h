// SPDX-License-Identifier: Apache-2.0
// Compresses a body for clients that accept it.
#pragma once

#include <string>
#include <string_view>

namespace nsf_simulator {

// Fastest level: the tenant is never to be the bottleneck. Empty if zlib fails, which only want of
// memory brings about.
std::string Gzip(std::string_view body);

}  // namespace nsf_simulator
