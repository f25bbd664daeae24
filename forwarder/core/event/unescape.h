// SPDX-License-Identifier: Apache-2.0
// A JSON string as it stands between its quotes → the text it means.
#pragma once

#include <string>
#include <string_view>

namespace nsf {

bool HasEscapes(std::string_view inside);

// A lone surrogate escape becomes U+FFFD. Of what is not well-formed something is appended, and no
// more than there is of it.
void AppendUnescaped(std::string_view inside, std::string* out);

}  // namespace nsf
