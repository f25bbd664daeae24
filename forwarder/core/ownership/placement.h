// SPDX-License-Identifier: Apache-2.0
// Which tenant is in which slot. Written once and never changed, so that whoever knows a tenant's
// slot, from however long ago, knows it right.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ports/result.h"

namespace nsf {

using Placements = std::map<std::string, std::int32_t>;  // slots by tenant

// All keys of placements begin with it.
inline constexpr const char* kPlacementPrefix = "placement/";

std::string PlacementKey(std::string_view tenant);
std::string EncodePlacement(std::int32_t slot);
// Fails with kStop, with the next step: a newer version wrote it, or it is damaged.
Result<std::int32_t> DecodePlacement(std::string_view value);

// The slots in the order in which equally full ones get a tenant. The group gives an instance
// neighbours where instances have joined one after the other, every n-th slot where all n joined at
// once, and later mixtures of both: this order visits the parts of either in turn, so that also a
// few tenants are spread over the instances. `slots` > 0.
std::vector<std::int32_t> SlotsInTurn(std::int32_t slots);

// The slots of those of `tenants` that have none: each goes to the slot with the fewest, the first
// of them in turn. `slots` > 0. What is placed already stays, also beyond `slots`.
Placements PlaceTenants(const std::set<std::string>& tenants, const Placements& placed,
                        std::int32_t slots);

}  // namespace nsf
