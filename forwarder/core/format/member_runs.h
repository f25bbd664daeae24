// SPDX-License-Identifier: Apache-2.0
// Members of an object, written one after the other. Those that stand side by side in the row, as
// they are to be written, are copied together.
#pragma once

#include <string_view>

#include "core/event/row.h"
#include "core/format/short_texts.h"
#include "core/format/text_buffer.h"

namespace nsf {

class MemberRuns {
 public:
  // Writes to the end of `out`, which ends with the object's '{' or with a member of it. Both
  // must outlive this.
  MemberRuns(const Row& row, TextBuffer* out) : row_(row), out_(*out), texts_(row) {}
  MemberRuns(const MemberRuns&) = delete;
  MemberRuns& operator=(const MemberRuns&) = delete;

  // `field` is one of the row's. What was added is in `out` after Finish().
  void Add(const Field& field) {
    const char* const run_end = run_.data() + run_.size();
    const char* const name_end = field.name.data() + field.name.size();
    // As `,"name":value`: nothing else can be between the three.
    const bool goes_on =
        !run_.empty() && field.name.data() == run_end + 2 && field.json.data() == name_end + 2;
    if (!goes_on) return Begin(field);
    const char* const end = field.json.data() + field.json.size();
    run_ = {run_.data(), static_cast<std::size_t>(end - run_.data())};
  }
  // A member that does not stand in the row as it is to be written.
  void Add(std::string_view name, std::string_view json);
  void Finish();

 private:
  void Begin(const Field& field);
  bool StandsInRow(const Field& field) const;

  const Row& row_;
  TextBuffer& out_;
  const ShortTexts texts_;
  std::string_view run_;  // of the row's bytes, not written yet: from a name's quote on
};

}  // namespace nsf
