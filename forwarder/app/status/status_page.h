// SPDX-License-Identifier: Apache-2.0
// The status page: one file, built in, that asks /status.json and nothing else.
#pragma once

#include <string>

namespace nsf {

const std::string& StatusPage();

// A content security policy that lets a page run the script and the style that stand in it, by
// their hashes, and ask its own server; nothing else at all.
std::string PolicyOf(const std::string& page);

}  // namespace nsf
