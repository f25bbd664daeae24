// SPDX-License-Identifier: Apache-2.0
// `version`: what this program is, and what it is made of.
#pragma once

#include <string>

namespace nsf {

// Version, commit, and the libraries in the versions that are loaded now. Several lines, without a
// line break at the end.
std::string VersionText();

}  // namespace nsf
