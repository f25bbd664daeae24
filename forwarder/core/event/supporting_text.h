// SPDX-License-Identifier: Apache-2.0
// `supporting_data` that came as a text: a string that holds an object, as JSON or as Python writes
// a dict.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/page.h"
#include "core/event/row.h"

namespace nsf {

// Reads one text after the other into the same memory.
class SupportingText {
 public:
  // False: `text` is not one object. What was read before is gone either way.
  bool Read(std::string_view text);

  // Of the object that was read last, as in Row; valid until the next call of Read().
  std::string_view json() const { return json_; }
  std::span<const Scalar> scalars() const { return reader_.scalars(); }

 private:
  bool ReadJson(std::string_view text);
  bool ReadPython(std::string_view text);

  std::string_view json_;  // in one of these:
  Page page_;
  std::string python_;  // made JSON
  std::vector<Member> members_;
  MemberReader reader_;
};

}  // namespace nsf
