// SPDX-License-Identifier: Apache-2.0
// A JSON string as it stands between its quotes → the text it means.
#pragma once

#include <string>
#include <string_view>

namespace nsf {

bool HasEscapes(std::string_view inside);

// `inside` was found well-formed; a lone surrogate escape becomes U+FFFD.
void AppendUnescaped(std::string_view inside, std::string* out);

}  // namespace nsf
