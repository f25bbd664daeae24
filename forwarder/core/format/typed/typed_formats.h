// SPDX-License-Identifier: Apache-2.0
// The formats of events that a table describes (`event.by_type`), each appending one line.
#pragma once

#include "core/event/audit_event.h"
#include "core/format/format.h"
#include "core/format/text_buffer.h"

namespace nsf {

void AppendTypedOcsf(const AuditEvent& event, const FormatContext& context, TextBuffer* out);
void AppendTypedEcs(const AuditEvent& event, const FormatContext& context, TextBuffer* out);
void AppendTypedCef(const AuditEvent& event, const FormatContext& context, TextBuffer* out);
void AppendTypedLeef(const AuditEvent& event, const FormatContext& context, TextBuffer* out);

}  // namespace nsf
