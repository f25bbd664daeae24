// SPDX-License-Identifier: Apache-2.0
// Events → payload text, one function a format, each appending one line (without its line break)
// to a buffer. Pure and deterministic: the same event gives the same bytes, so that a repeat can be
// recognized.
#pragma once

#include <string_view>

#include "core/event/audit_event.h"
#include "core/event/identity.h"
#include "core/format/text_buffer.h"
#include "ports/record.h"

namespace nsf {

// What is not in the row.
struct FormatContext {
  std::string_view tenant;
  std::string_view stream;    // "audit"
  std::string_view event_id;  // `_id`, or the derived id
  // Who its people are; null: nobody was asked.
  const Enrichment* people = nullptr;
};

void AppendEvent(Format format, const AuditEvent& event, const FormatContext& context,
                 TextBuffer* out);

// The row's bytes as received, line breaks between tokens turned into spaces.
void AppendRaw(const AuditEvent& event, TextBuffer* out);
// Such a row is its own payload in the format `raw`.
bool IsOneLine(const Row& row);

// OCSF 1.8.0, docs/OCSF.md has the mapping.
void AppendOcsf(const AuditEvent& event, const FormatContext& context, TextBuffer* out);

// ECS 8.17, docs/ECS.md.
void AppendEcs(const AuditEvent& event, const FormatContext& context, TextBuffer* out);

// CEF version 0, docs/CEF.md.
void AppendCef(const AuditEvent& event, const FormatContext& context, TextBuffer* out);

// LEEF 2.0, docs/LEEF.md.
void AppendLeef(const AuditEvent& event, const FormatContext& context, TextBuffer* out);

}  // namespace nsf
