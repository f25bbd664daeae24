// SPDX-License-Identifier: Apache-2.0
// The pieces that writers of JSON formats put their text together from. `before` is what stands
// before a value: the key, and whatever closes what came before.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/format/json_text.h"
#include "core/format/text_buffer.h"

namespace nsf {

class JsonPieces {
 protected:
  explicit JsonPieces(TextBuffer* out) : out_(*out) {}

  void Put(std::string_view json) { out_ += json; }
  void PutText(std::string_view before, std::string_view text) {
    Put(before);
    AppendJsonString(text, &out_);
  }
  void PutTextIfAny(std::string_view before, std::string_view text) {
    if (!text.empty()) PutText(before, text);
  }
  void PutNumber(std::string_view before, std::int64_t value) {
    Put(before);
    AppendInteger(value, &out_);
  }
  // `seconds` is not negative.
  void PutMilliseconds(std::string_view before, std::int64_t seconds) {
    PutNumber(before, seconds);
    if (seconds != 0) Put("000");
  }

  TextBuffer& out_;
};

}  // namespace nsf
