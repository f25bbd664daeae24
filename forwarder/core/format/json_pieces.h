// SPDX-License-Identifier: Apache-2.0
// The pieces that writers of JSON formats put their text together from. `before` is what stands
// before a value: the key, and whatever closes what came before.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/event/row.h"
#include "core/format/json_text.h"
#include "core/format/text_buffer.h"

namespace nsf {

class JsonPieces {
 protected:
  // Both outlive this object.
  JsonPieces(const Row& row, TextBuffer* out) : row_(row), out_(*out) {}

  void Put(std::string_view json) { out_ += json; }
  // As a JSON string.
  void PutString(std::string_view text);
  void PutText(std::string_view before, std::string_view text) {
    Put(before);
    PutString(text);
  }
  void PutTextIfAny(std::string_view before, std::string_view text) {
    if (!text.empty()) PutText(before, text);
  }
  void PutNumber(std::string_view before, std::int64_t value) {
    Put(before);
    AppendInteger(value, &out_);
  }
  // A value of the row as it stands, and as a string.
  void PutValue(std::string_view json) { AppendJsonValue(json, &out_, row_.kind); }
  void PutNested(std::string_view json) { AppendNestedJson(json, &out_, row_.kind); }

  const Row& row_;
  TextBuffer& out_;
};

}  // namespace nsf
