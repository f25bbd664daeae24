// SPDX-License-Identifier: Apache-2.0
// The one place that knows which formats there are.
#include "core/format/format.h"

#include "core/format/typed/typed_formats.h"

namespace nsf {

void AppendEvent(Format format, const AuditEvent& event, const FormatContext& context,
                 TextBuffer* out) {
  const bool is_typed = event.by_type != nullptr;
  switch (format) {
    case Format::kRaw:
      return AppendRaw(event, out);
    case Format::kOcsf:
      return is_typed ? AppendTypedOcsf(event, context, out) : AppendOcsf(event, context, out);
    case Format::kEcs:
      return is_typed ? AppendTypedEcs(event, context, out) : AppendEcs(event, context, out);
    case Format::kCef:
      return is_typed ? AppendTypedCef(event, context, out) : AppendCef(event, context, out);
    case Format::kLeef:
      return is_typed ? AppendTypedLeef(event, context, out) : AppendLeef(event, context, out);
  }
}

}  // namespace nsf
