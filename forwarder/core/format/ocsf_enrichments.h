// SPDX-License-Identifier: Apache-2.0
// What SCIM says of the people of an event, in OCSF's terms.
#pragma once

#include "core/event/audit_event.h"
#include "core/event/identity.h"
#include "core/format/text_buffer.h"

namespace nsf {

// `,"enrichments":[…]`: what was asked about whom, of when the answer is, and what has no place in
// a user: whether the account is active, and why nothing is known of it. Nothing where nobody was
// looked up. `people` is null where nobody was asked.
void AppendEnrichments(const AuditEvent& event, const Enrichment* people, TextBuffer* out);

// The groups of a user, of whom there are some: [{"name":"…"}, …].
void AppendGroups(const Identity& identity, TextBuffer* out);

}  // namespace nsf
