// SPDX-License-Identifier: Apache-2.0
// JSON text, appended. Whatever comes in, what goes out is valid JSON in UTF-8 on one line: bytes
// that are not UTF-8 become U+FFFD, as do lone surrogate escapes.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/event/text.h"
#include "core/format/text_buffer.h"

namespace nsf {

// A JSON string, with its quotes.
void AppendJsonString(std::string_view text, TextBuffer* out);
// What stands between them.
void AppendJsonInside(std::string_view text, TextBuffer* out);

// A JSON value that a reader has accepted, as it stands (numbers keep their text). Line breaks and
// tabs between tokens become spaces.
void AppendJsonValue(std::string_view json, TextBuffer* out, TextKind kind = TextKind::kAny);
// The same as a JSON string, with its quotes.
void AppendNestedJson(std::string_view json, TextBuffer* out, TextKind kind = TextKind::kAny);

// An integer, independent of the locale.
void AppendInteger(std::int64_t value, TextBuffer* out);

}  // namespace nsf
