// SPDX-License-Identifier: Apache-2.0
// Finding members that stand side by side.
#include "core/format/member_runs.h"

#include "core/format/json_text.h"

namespace nsf {

// As `"name":value`: the name holds no escapes, or it would have been decoded to somewhere else,
// and what is between it and the value can be no more than its quote and the colon.
bool MemberRuns::StandsInRow(const Field& field) const {
  const char* const name_end = field.name.data() + field.name.size();
  return field.name.data() > row_.raw.data() && name_end < row_.raw.data() + row_.raw.size() &&
         name_end + 2 == field.json.data();
}

void MemberRuns::Begin(const Field& field) {
  if (!StandsInRow(field)) return Add(field.name, field.json);
  Finish();
  const char* const begin = field.name.data() - 1;
  const char* const end = field.json.data() + field.json.size();
  run_ = {begin, static_cast<std::size_t>(end - begin)};
}

void MemberRuns::Add(std::string_view name, std::string_view json) {
  Finish();
  if (!out_.ends_with('{')) out_ += ',';
  AppendJsonString(name, &out_);
  out_ += ':';
  AppendJsonValue(json, &out_);
}

// Most runs are short, and hold neither escapes nor line breaks.
void MemberRuns::Finish() {
  if (run_.empty()) return;
  if (!out_.ends_with('{')) out_ += ',';
  if (texts_.HasWithout<'\\'>(run_)) {
    texts_.Append(run_, &out_);
  } else {
    AppendJsonValue(run_, &out_, row_.kind);
  }
  run_ = {};
}

}  // namespace nsf
