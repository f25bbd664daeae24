// SPDX-License-Identifier: Apache-2.0
// Fitting values.
#include "core/format/line_values.h"

#include "core/format/json_text.h"
#include "core/format/member_runs.h"
#include "core/format/plain_text.h"

namespace nsf {

std::string_view SeverityNumber(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "1";
    case Severity::kLow:
      return "3";
    case Severity::kHigh:
      return "8";
    case Severity::kMedium:
    case Severity::kUnknown:
      break;
  }
  return "5";
}

std::string_view OutcomeWord(EventOutcome outcome) {
  switch (outcome) {
    case EventOutcome::kSuccess:
      return "success";
    case EventOutcome::kFailure:
      return "failure";
    case EventOutcome::kUnknown:
      break;
  }
  return {};
}

std::string_view RequestTarget(const ApiCall& call) {
  if (call.query.empty()) return call.path;
  return {call.path.data(), call.path.size() + 1 + call.query.size()};  // parts of one text
}

void AppendLeft(const AuditEvent& event, const PlacedFields& placed, TextBuffer* out) {
  const Row& row = *event.row;
  if (!row.raw.starts_with('{')) return AppendJsonValue(row.raw, out, row.kind);
  const std::size_t begin = out->size();
  *out += '{';
  MemberRuns members(row, out);
  LeftMembers left(event, placed);
  while (const Field* const field = left.Next()) {
    if (field->type != FieldType::kString || !field->text.empty()) members.Add(*field);
  }
  members.Finish();
  if (out->size() > begin + 1) {
    *out += '}';
  } else {
    out->Shrink(begin);
  }
}

std::string_view LineValues::TrimEnd(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view LineValues::FitOther(std::string_view value, std::size_t limit) {
  while (!value.empty() && IsBlank(value.front())) value.remove_prefix(1);
  value = TrimEnd(value);
  if (value.size() <= limit) return value;
  ++cut_;
  out_.NoteShortened();
  return TrimEnd(CutText(value, limit));
}

std::string_view LineValues::LeftAsJson(const AuditEvent& event, const PlacedFields& placed) {
  scratch_.clear();
  AppendLeft(event, placed, &scratch_);
  out_.NoteAsIn(scratch_);
  return scratch_.view();
}

}  // namespace nsf
