// SPDX-License-Identifier: Apache-2.0
// Texts.
#include "core/format/json_pieces.h"

#include "core/format/plain_text.h"

namespace nsf {

// Most texts are the row's, and those need not be looked at.
char* JsonPieces::WriteInside(std::string_view text, std::size_t room, char* to) {
  if (!row_.IsPlain(text)) return WriteForeign(text, room, to);
  CopyBytes(text, to);
  return to + text.size();
}

// A text from elsewhere, or one that was decoded: something in it may have to be escaped.
char* JsonPieces::WriteForeign(std::string_view text, std::size_t room, char* to) {
  const std::size_t plain = CopyPlain<TextKind::kAny, '\\', '"'>(text, to);
  to += plain;
  if (plain == text.size()) return to;
  out_.GrowTo(to);
  AppendJsonInside(text.substr(plain), &out_);
  return out_.Room(room);
}

}  // namespace nsf
