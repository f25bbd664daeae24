// SPDX-License-Identifier: Apache-2.0
#include "core/format/json_pieces.h"

namespace nsf {

// Most texts are the row's, and those need not be looked at.
void JsonPieces::PutString(std::string_view text) {
  if (row_.IsPlain(text)) return AppendPlainJsonString(text, &out_);
  AppendJsonString(text, &out_);
}

}  // namespace nsf
