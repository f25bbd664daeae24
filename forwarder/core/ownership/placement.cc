// SPDX-License-Identifier: Apache-2.0
// The fewest first, and among equals by steps of the golden ratio: any run of them covers the
// circle of slots evenly (Knuth, The Art of Computer Programming, 6.4, on Fibonacci hashing).
#include "core/ownership/placement.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "core/state/state_text.h"

namespace nsf {
namespace {

constexpr std::array<std::string_view, 1> kNames{"slot"};
constexpr StateForm kForm{"placement", 1, kNames};

constexpr std::int64_t kGolden = 618;  // thousandths

// The step nearest to the golden part of the circle that comes to every slot before it comes back.
std::int64_t StepOf(std::int64_t slots) {
  std::int64_t best = 1;
  const auto distance = [slots](std::int64_t step) {
    return std::abs(step * 1000 - slots * kGolden);
  };
  for (std::int64_t step = 2; step < slots; ++step) {
    if (std::gcd(step, slots) == 1 && distance(step) < distance(best)) best = step;
  }
  return best;
}

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

std::vector<std::int32_t> SlotsInTurn(std::int32_t slots) {
  const std::int64_t step = StepOf(slots);
  std::vector<std::int32_t> turn(static_cast<std::size_t>(slots));
  std::int64_t at = 0;
  for (std::int32_t& slot : turn) {
    slot = static_cast<std::int32_t>(at);
    at = (at + step) % slots;
  }
  return turn;
}

Placements PlaceTenants(const std::set<std::string>& tenants, const Placements& placed,
                        std::int32_t slots) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(slots));
  for (const auto& [tenant, slot] : placed) {
    if (slot < slots) ++counts[static_cast<std::size_t>(slot)];
  }
  const std::vector<std::int32_t> turn = SlotsInTurn(slots);
  Placements added;
  for (const std::string& tenant : tenants) {
    if (placed.contains(tenant)) continue;
    const auto fewest = std::min_element(turn.begin(), turn.end(), [&counts](auto a, auto b) {
      return counts[static_cast<std::size_t>(a)] < counts[static_cast<std::size_t>(b)];
    });
    ++counts[static_cast<std::size_t>(*fewest)];
    added[tenant] = *fewest;
  }
  return added;
}

}  // namespace nsf
