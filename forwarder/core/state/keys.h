// SPDX-License-Identifier: Apache-2.0
// The keys of the state: "stream/<tenant>/<stream>/cursor" and "…/ids/<chunk>". Tenant and stream
// names hold no '/', see CONFIGURATION.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nsf {

// All entries of one stream begin with it.
std::string StreamPrefix(std::string_view tenant, std::string_view stream);

std::string CursorKey(std::string_view tenant, std::string_view stream);
// Chunks sort by their number.
std::string ChunkKey(std::string_view tenant, std::string_view stream, std::uint64_t chunk);

// The chunk number of a key of this stream; absent when the key is not a chunk's.
std::optional<std::uint64_t> ChunkOfKey(std::string_view tenant, std::string_view stream,
                                        std::string_view key);

}  // namespace nsf
