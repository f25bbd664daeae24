// SPDX-License-Identifier: Apache-2.0
// The fewest first.
#include "core/ownership/placement.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 1> kNames{"slot"};
constexpr StateForm kForm{"placement", 1, kNames};

}  // namespace

std::string PlacementKey(std::string_view tenant) { return kPlacementPrefix + std::string(tenant); }

std::string EncodePlacement(std::int32_t slot) {
  return EncodeStateText(kForm, std::array<std::int64_t, 1>{slot});
}

Result<std::int32_t> DecodePlacement(std::string_view value) {
  const auto values = DecodeStateText(kForm, value);
  if (!values) return values.error();
  const std::int64_t slot = values->front();
  if (slot < 0 || slot > std::numeric_limits<std::int32_t>::max()) return DamagedState(kForm);
  return static_cast<std::int32_t>(slot);
}

Placements PlaceTenants(const std::set<std::string>& tenants, const Placements& placed,
                        std::int32_t slots) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(slots));
  for (const auto& [tenant, slot] : placed) {
    if (slot < slots) ++counts[static_cast<std::size_t>(slot)];
  }
  Placements added;
  for (const std::string& tenant : tenants) {
    if (placed.contains(tenant)) continue;
    const auto fewest = std::min_element(counts.begin(), counts.end());
    ++*fewest;
    added[tenant] = static_cast<std::int32_t>(fewest - counts.begin());
  }
  return added;
}

}  // namespace nsf
