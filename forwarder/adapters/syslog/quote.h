// SPDX-License-Identifier: Apache-2.0
// What a receiver said, fit for a line of the log; pure.
#pragma once

#include <string>
#include <string_view>

namespace nsf::syslog {

// In double quotes; what is not printable ASCII becomes '?'.
inline std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out += c >= ' ' && c < '\x7f' ? c : '?';
  return out + "\"";
}

}  // namespace nsf::syslog
