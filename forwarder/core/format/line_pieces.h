// SPDX-License-Identifier: Apache-2.0
// The pieces that writers of CEF and LEEF put their lines together from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/event/audit_event.h"
#include "core/format/format.h"
#include "core/format/json_text.h"
#include "core/format/left_members.h"
#include "core/format/line_values.h"
#include "core/format/short_texts.h"
#include "core/format/text_buffer.h"

namespace nsf {

// `Writer` is the class made of these; its PutValue(value) escapes as its format does.
template <typename Writer>
class LinePieces {
 protected:
  // All outlive this object.
  LinePieces(const AuditEvent& event, const FormatContext& context, TextBuffer* out)
      : event_(event),
        kind_(event.classification),
        context_(context),
        out_(*out),
        values_(out),
        texts_(*event.row) {}

  // Each key has what stands before it, and its '='. Nothing is written for an empty value.
  template <typename Key>
  void Put(const Key& key, std::string_view value, std::size_t limit) {
    value = values_.Fit(value, limit);
    if (value.empty()) return;
    out_ += key;
    static_cast<Writer*>(this)->PutValue(value);
  }
  template <typename Key>
  void PutNumber(const Key& key, std::int64_t value) {
    out_ += key;
    AppendInteger(value, &out_);
  }

  const AuditEvent& event_;
  const Classification& kind_;
  const FormatContext& context_;
  TextBuffer& out_;
  PlacedFields placed_;
  LineValues values_;
  const ShortTexts texts_;
};

}  // namespace nsf
