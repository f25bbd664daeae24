// SPDX-License-Identifier: Apache-2.0
// How texts are written where CEF and LEEF have them: what would end them is escaped, or a space.
// Bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/event/text.h"
#include "core/format/text_buffer.h"

namespace nsf {

// A field of CEF's header, and a value of its extension.
void AppendCefHeader(std::string_view text, TextBuffer* out);
void AppendCefValue(std::string_view text, TextBuffer* out, TextKind kind = TextKind::kAny);
// Makes a value of the extension of what stands in `out` from `begin` on: JSON on one line.
void EscapeCefJson(std::size_t begin, TextBuffer* out);

// A value of LEEF: nothing can be escaped there.
void AppendLeefValue(std::string_view text, TextBuffer* out);

// What CEF's dictionary calls an Integer.
bool IsCefInteger(std::int64_t value);

}  // namespace nsf
