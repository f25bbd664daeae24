// SPDX-License-Identifier: Apache-2.0
// What is done with a new event before it is formatted: it is classified, held back where a filter
// says so, and what tells of persons is taken out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/event/audit_event.h"
#include "core/event/classification.h"
#include "core/identity/directory.h"
#include "core/privacy/identity_veil.h"
#include "core/privacy/redactor.h"
#include "core/privacy/row_filter.h"
#include "pipeline/stream/settings.h"

namespace nsf {

class Intake {
 public:
  explicit Intake(const StreamSettings& settings);

  struct Admission {
    std::string_view filtered;  // why it is not delivered, as a metric's label; empty: it is
    bool rewritten = false;     // the row lies in the intake now, and until the next call
    const Enrichment* people = nullptr;  // until the next call; null: nobody is asked
  };

  // Makes of `event`, which comes from Normalize(), what is delivered. Its text may turn out to be
  // unknown: see TakeUnknown(). `now`: how old what is known of people is.
  Admission Admit(AuditEvent* event, WallTime now);

  // A line for the log about a text that no rule knows, once for each such text and for a bounded
  // number of them; empty: there is nothing to tell.
  std::optional<std::string> TakeUnknown();

 private:
  void Classify(AuditEvent* event);
  void NoteUnknown(std::string_view text);

  Classifier classifier_;
  const EventType* event_type_;
  RowFilter filter_;
  std::optional<Redactor> redactor_;            // absent: nothing is taken out
  std::shared_ptr<const Directory> directory_;  // null: nobody is asked
  std::optional<IdentityVeil> veil_;            // absent: nothing is taken out
  std::unordered_set<std::uint64_t> unknown_;   // hashes of the texts that were told
  std::optional<std::string> notice_;
};

}  // namespace nsf
