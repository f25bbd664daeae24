// SPDX-License-Identifier: Apache-2.0
// How messages are told apart on a byte stream; pure. Octet counting: RFC 6587 §3.4.1, RFC 5425
// §4.3; a line feed behind each: RFC 6587 §3.4.2.
#pragma once

#include <string>
#include <string_view>

#include "adapters/syslog/message_settings.h"

namespace nsf::syslog {

// What stands before a message, which is not empty: "MSG-LEN SP", counted in bytes. With kLineFeed
// nothing does.
inline std::string FrameStart(SyslogFraming framing, std::string_view message) {
  if (framing != SyslogFraming::kOctetCounting) return {};
  return std::to_string(message.size()) + ' ';
}

// What stands behind it. With kLineFeed a message must not hold a line feed: the writer rejects
// such payloads.
inline std::string_view FrameEnd(SyslogFraming framing) {
  return framing == SyslogFraming::kOctetCounting ? "" : "\n";
}

}  // namespace nsf::syslog
