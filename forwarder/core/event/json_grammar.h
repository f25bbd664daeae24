// SPDX-License-Identifier: Apache-2.0
// Numbers and escapes as JSON's grammar has them (RFC 8259, sections 6 and 7).
#pragma once

#include <cstddef>
#include <string_view>

namespace nsf {

constexpr bool IsJsonSpace(char c) {
  if (static_cast<unsigned char>(c) > ' ') return false;  // nearly always
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The bytes of the number that `text` begins with; 0: there is none.
std::size_t JsonNumberSize(std::string_view text);

// What follows each backslash makes an escape of it. A lone surrogate is one.
bool HasValidEscapes(std::string_view text);

// Writes zeros over each long number outside of strings; nothing moves, and what was no number does
// not become one. The text is lost: read it elsewhere. For a reader that refuses a document for a
// number beyond a double's range, even where it is asked for the number's text alone.
void MendBigNumbers(char* json, std::size_t size);

}  // namespace nsf
