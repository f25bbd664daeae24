// SPDX-License-Identifier: Apache-2.0
// Lone surrogate escapes. JSON's grammar allows them (RFC 8259, section 8.2), no Unicode text can
// hold them, and many readers refuse the whole document for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nsf {

// What an escape at the start of `json` (a backslash) is.
struct Escape {
  std::size_t size = 2;  // 2, 6, or 12 for a pair of surrogates; never more than there is
  bool is_lone_surrogate = false;
};

Escape ReadEscape(std::string_view json);

inline constexpr std::size_t kUnicodeEscapeSize = 6;

// The code unit of a \uXXXX escape at the start of `json`; 0 if there is none (or it is \u0000).
std::uint32_t ReadUnit(std::string_view json);

// Writes \ufffd over each lone surrogate escape; nothing moves.
void MendSurrogates(char* json, std::size_t size);

}  // namespace nsf
