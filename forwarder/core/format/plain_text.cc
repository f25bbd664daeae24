// SPDX-License-Identifier: Apache-2.0
// Characters of several bytes.
#include "core/format/plain_text.h"

#include "core/event/text.h"

namespace nsf {

std::size_t AppendCharacter(std::string_view text, TextBuffer* out) {
  const std::size_t length = Utf8Length(text);
  if (length == 0) {
    *out += "\xEF\xBF\xBD";
    out->NoteRepaired();
    return 1;
  }
  *out += text.substr(0, length);
  return length;
}

std::string_view CutText(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  const auto is_inside = [text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  std::size_t end = limit;
  // Of text that is not UTF-8 no more is given up than one character would be.
  while (end > 0 && limit - end < 3 && is_inside(end)) --end;
  return text.substr(0, end);
}

}  // namespace nsf
