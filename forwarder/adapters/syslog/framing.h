// SPDX-License-Identifier: Apache-2.0
// How messages are told apart on a byte stream; pure. Octet counting: RFC 6587 §3.4.1, RFC 5425
// §4.3; a line feed behind each: RFC 6587 §3.4.2.
#pragma once

#include <string>
#include <string_view>

#include "adapters/syslog/message_settings.h"

namespace nsf::syslog {

// Appends "MSG-LEN SP MSG". The length counts bytes; `message` must not be empty.
inline void AppendOctetCounted(std::string_view message, std::string& out) {
  out += std::to_string(message.size());
  out += ' ';
  out += message;
}

// Appends the message as a frame. With kLineFeed it must not hold a line feed: the writer rejects
// such payloads.
inline void AppendFramed(SyslogFraming framing, std::string_view message, std::string& out) {
  if (framing == SyslogFraming::kOctetCounting) return AppendOctetCounted(message, out);
  out += message;
  out += '\n';
}

}  // namespace nsf::syslog
