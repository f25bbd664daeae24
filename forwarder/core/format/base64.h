// SPDX-License-Identifier: Apache-2.0
// Bytes that are no text, as text: RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nsf {

std::string ToBase64(std::string_view bytes);
// Absent when `text` is not base64, with its padding and nothing else.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace nsf
