// SPDX-License-Identifier: Apache-2.0
// One normalized audit event: what every output format is written from. Every view points into the
// row that was read. Nothing is dropped here: a row that is odd (no timestamp, wrong types,
// not an object) becomes an event with what is known.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/event/row.h"
#include "core/event/supporting_data.h"
#include "ports/clock.h"
#include "ports/record.h"

namespace nsf {

class EventType;

enum class EventOutcome : std::uint8_t { kUnknown, kSuccess, kFailure };

// What an event is, in OCSF's terms. The texts point into the table of rules or into the page.
struct Classification {
  std::uint32_t class_uid = 0;  // 0: no rule matched
  std::uint32_t activity_id = 99;
  std::string_view activity_name;    // caption, or the event's own text where activity_id is 99
  std::string_view object_type;      // what was acted on, in its words: "rbi template", "admin"
  std::uint32_t object_type_id = 0;  // of a managed entity in OCSF; 0: this is none
  std::string_view category =
      "OTHER";                        // LOGIN, ADMIN_CHANGE, POLICY, API, OTHER, or the user's own
  std::string_view rule_id = "none";  // of the rule that matched; "none" otherwise
  EventOutcome outcome = EventOutcome::kUnknown;
};

struct AuditEvent {
  const Row* row = nullptr;
  std::string_view id;                   // `_id` as text; empty when absent, null or empty
  std::optional<WallSeconds> timestamp;  // event time
  std::optional<WallSeconds> insertion;  // _insertion_epoch_timestamp
  std::string_view timestamp_text;       // as received
  bool timestamp_is_exact = false;       // it is an integer, and that is `timestamp`
  std::string_view type;                 // "admin_audit_logs"
  std::string_view event_text;           // audit_log_event
  std::string_view user;
  std::string_view normalized_user;    // ur_normalized
  std::string_view organization_unit;  // empty for "", "null", "unknown", "-", "N/A", …
  std::string_view source_ip;          // srcip, or the address in supporting_data of a login
  std::string_view target;             // the supporting value that names what was acted on
  std::optional<std::int64_t> count;
  Severity severity = Severity::kUnknown;       // 1 is the most severe: see severity.h
  std::optional<std::int64_t> severity_number;  // as the row states it, if it is one
  SupportingData supporting;
  Classification classification;
  const EventType* by_type = nullptr;  // whose table it is written by; null: it is an audit event
};

// No rule, and no table of its type, says what it is.
inline bool IsUnclassified(const AuditEvent& event) {
  return event.classification.rule_id == "none";
}

// What the members say. `classification`, and what follows from it, is for a Classifier to fill in:
// most rows are looked at for their time and id alone. Pure; the result is valid as long as `row`,
// and what it points into, are.
AuditEvent Normalize(const Row& row);

}  // namespace nsf
