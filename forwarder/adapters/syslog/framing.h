// SPDX-License-Identifier: Apache-2.0
// How messages are told apart on a byte stream; pure. Octet counting: RFC 6587 §3.4.1, RFC 5425
// §4.3.
#pragma once

#include <string>
#include <string_view>

namespace nsf::syslog {

// Appends "MSG-LEN SP MSG". The length counts bytes; `message` must not be empty.
inline void AppendOctetCounted(std::string_view message, std::string& out) {
  out += std::to_string(message.size());
  out += ' ';
  out += message;
}

}  // namespace nsf::syslog
