// SPDX-License-Identifier: Apache-2.0
// What an event is: `audit_log_event` is free English text with hundreds of values, in any tense
// and letter case, so it is matched by verb stems and words, against a table (classification.cc).
#pragma once

#include "core/event/audit_event.h"

namespace nsf {

// Reads event.event_text and event.supporting.
Classification Classify(const AuditEvent& event);

}  // namespace nsf
