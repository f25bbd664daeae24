// SPDX-License-Identifier: Apache-2.0
// Keeps secrets out of text that others wrote: servers echo headers, proxies and libraries echo
// URLs.
#pragma once

#include <string>
#include <string_view>

namespace nsf {

// Replaces each occurrence of `secret` in `text` by "***": as it is, percent-encoded, or escaped as
// in JSON, also where only some of its characters are.
void Scrub(std::string_view secret, std::string* text);

}  // namespace nsf
