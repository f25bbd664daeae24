// SPDX-License-Identifier: Apache-2.0
// Texts that are long, or not the row's.
#include "core/format/json_pieces.h"

#include "core/format/plain_text.h"

namespace nsf {

char* JsonPieces::WriteOther(std::string_view text, std::size_t room, char* to) {
  if (row_.IsPlain(text)) {
    CopyBytes(text, to);
    return to + text.size();
  }
  const std::size_t plain = CopyPlain<TextKind::kAny, '\\', '"'>(text, to);
  to += plain;
  if (plain == text.size()) return to;
  out_.GrowTo(to);
  AppendJsonInside(text.substr(plain), &out_);
  return out_.Room(room);
}

}  // namespace nsf
