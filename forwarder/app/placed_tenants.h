// SPDX-License-Identifier: Apache-2.0
// What is left in a slot when a tenant is placed there.
// docs/decisions/0029-a-state-that-is-gone-is-missed.md
#pragma once

#include <optional>
#include <string_view>

#include "adapters/kafka/kafka_settings.h"
#include "core/ownership/placement.h"
#include "pipeline/slot/log_content.h"
#include "ports/state_store.h"

namespace nsf {

// What a change of the placements is to be committed with: an entry in the slot that the tenant is
// placed in. Absent for any other change.
inline std::optional<KafkaWitness> PlacedTenant(const KafkaStateConfig& state,
                                                const StateChange& change) {
  const std::string_view prefix = kPlacementPrefix;
  if (!change.value || !change.key.starts_with(prefix)) return std::nullopt;
  const auto slot = DecodePlacement(*change.value);
  if (!slot) return std::nullopt;
  return KafkaWitness{state.topic, *slot,
                      LogContent::kPlacedPrefix + change.key.substr(prefix.size()), *change.value};
}

}  // namespace nsf
