// SPDX-License-Identifier: Apache-2.0
// The one place that knows which formats there are.
#include "core/format/format.h"

namespace nsf {

void AppendEvent(Format format, const AuditEvent& event, const FormatContext& context,
                 TextBuffer* out) {
  switch (format) {
    case Format::kRaw:
      return AppendRaw(event, out);
    case Format::kOcsf:
      return AppendOcsf(event, context, out);
    case Format::kEcs:
      return AppendEcs(event, context, out);
    case Format::kCef:
      return AppendCef(event, context, out);
    case Format::kLeef:
      return AppendLeef(event, context, out);
  }
}

}  // namespace nsf
