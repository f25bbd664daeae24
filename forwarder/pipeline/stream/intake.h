// SPDX-License-Identifier: Apache-2.0
// What is done with a new event before it is formatted: it is classified.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "core/event/audit_event.h"
#include "core/event/classification.h"
#include "pipeline/stream/settings.h"

namespace nsf {

class Intake {
 public:
  // `settings` outlives the intake.
  explicit Intake(const StreamSettings& settings);

  // Classifies `event`, whose text may turn out to be unknown: see TakeUnknown().
  void Admit(AuditEvent* event);

  // A line for the log about a text that no rule knows, once for each such text and for a bounded
  // number of them; empty: there is nothing to tell.
  std::optional<std::string> TakeUnknown();

 private:
  void NoteUnknown(std::string_view text);

  Classifier classifier_;
  std::unordered_set<std::uint64_t> unknown_;  // hashes of the texts that were told
  std::optional<std::string> notice_;
};

}  // namespace nsf
