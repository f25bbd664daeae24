// SPDX-License-Identifier: Apache-2.0
// `config example`: a file to begin with, every key in it.
#pragma once

#include <string>

namespace nsf {

// Valid as it is. A line "#key: value" is an optional key with its default: remove the '#' to set
// it; "# text" is a comment.
std::string ConfigExample();

}  // namespace nsf
