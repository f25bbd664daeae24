// SPDX-License-Identifier: Apache-2.0
// The keys of the state: "stream/<tenant>/<stream>/cursor", "…/dialect",
// "…/window/<start>" and "…/ids/<bucket>/<chunk>", or, of an iterator, "…/iterator/place" and
// "…/iterator/ids/<chunk>"; "identity/<tenant>/head" and "…/block/<SHA-256>". Tenant and stream
// names hold no '/', see CONFIGURATION.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ledger/ledger.h"
#include "ports/clock.h"

namespace nsf {

// All entries of one stream begin with it.
std::string StreamPrefix(std::string_view tenant, std::string_view stream);

// All entries of the picture of one tenant's users do.
std::string IdentityPrefix(std::string_view tenant);

// The tenant of a key, or of a prefix of keys; empty: of none.
std::string TenantOfKey(std::string_view key);

std::string CursorKey(std::string_view tenant, std::string_view stream);
std::string DialectKey(std::string_view tenant, std::string_view stream);

// Where a stream is that reads an iterator, and the ids of its last page.
std::string IteratorPlaceKey(std::string_view tenant, std::string_view stream);
std::string IteratorIdsPrefix(std::string_view tenant, std::string_view stream);
std::string IteratorIdsKey(std::string_view tenant, std::string_view stream, std::uint64_t chunk);

// The record of the closed window that begins at `start`.
std::string WindowPrefix(std::string_view tenant, std::string_view stream);
std::string WindowKey(std::string_view tenant, std::string_view stream, WallSeconds start);

// Ids; a bucket's chunks sort by their number.
std::string IdsPrefix(std::string_view tenant, std::string_view stream);
std::string BucketPrefix(std::string_view tenant, std::string_view stream, BucketNumber bucket);
std::string ChunkKey(std::string_view tenant, std::string_view stream, ChunkId chunk);
// The chunk of a key of this stream; absent when the key is not a chunk's.
std::optional<ChunkId> ChunkOfKey(std::string_view tenant, std::string_view stream,
                                  std::string_view key);

}  // namespace nsf
