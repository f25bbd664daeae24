// SPDX-License-Identifier: Apache-2.0
// Values of formats that are lines of keys and values: what those share before they escape. A value
// is on one line, without spaces around it, and no longer than its key allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/event/api_call.h"
#include "core/event/audit_event.h"
#include "core/format/left_members.h"
#include "core/format/text_buffer.h"

namespace nsf {

// Header fields that are the same in each line: vendor, product, and the version of the API that
// events come from.
inline constexpr std::string_view kDeviceFields = "Netskope|Security Cloud|v2|";

// From 1, the least severe, to 10.
std::string_view SeverityNumber(Severity severity);

// "success" or "failure"; empty: unknown.
std::string_view OutcomeWord(EventOutcome outcome);

// The path with its query, as the tenant wrote both in one value.
std::string_view RequestTarget(const ApiCall& call);

// Appends the members that are left, as one JSON object, and nothing where there are none; empty
// texts are none. A row that is no object is left as it is.
void AppendLeft(const AuditEvent& event, const PlacedFields& placed, TextBuffer* out);

class LineValues {
 public:
  // `out` is where the values come in the end, and outlives this object: it is told what changed.
  explicit LineValues(TextBuffer* out) : out_(*out), scratch_(out->Scratch()) {}

  // `value` without the spaces and control characters around it, cut to `limit` bytes; counts it if
  // it had to be cut.
  std::string_view Fit(std::string_view value, std::size_t limit) {
    if (value.empty()) return value;
    const bool fits = value.size() <= limit && !IsBlank(value.front()) && !IsBlank(value.back());
    return fits ? value : FitOther(value, limit);  // most do
  }

  // As AppendLeft(); empty where there are none. Valid until the next call of a function of this
  // object.
  std::string_view LeftAsJson(const AuditEvent& event, const PlacedFields& placed);

  // Appends `key` and, behind it, what `append` appends, as Fit() leaves that. Returns where it
  // begins; appends nothing where it is empty.
  template <typename Append>
  std::optional<std::size_t> AppendFit(std::string_view key, const Append& append,
                                       std::size_t limit) {
    const std::size_t before = out_.size();
    out_ += key;
    const std::size_t begin = out_.size();
    append();
    const std::size_t size = Fit(out_.view().substr(begin), limit).size();
    out_.Shrink(size == 0 ? before : begin + size);
    return size == 0 ? std::nullopt : std::optional(begin);
  }

  // How many values were cut.
  std::uint32_t cut() const { return cut_; }

 private:
  static bool IsBlank(char c) { return static_cast<unsigned char>(c) <= 0x20; }
  static std::string_view TrimEnd(std::string_view text);
  std::string_view FitOther(std::string_view value, std::size_t limit);

  TextBuffer& out_;
  TextBuffer& scratch_;
  std::uint32_t cut_ = 0;
};

}  // namespace nsf
