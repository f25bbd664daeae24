// SPDX-License-Identifier: Apache-2.0
// How messages are told apart on a byte stream; pure. Octet counting: RFC 6587 §3.4.1, RFC 5425
// §4.3; a line feed behind each: RFC 6587 §3.4.2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "adapters/syslog/message_settings.h"

namespace nsf::syslog {

// What stands before a message of `bytes`, which are not 0: "MSG-LEN SP". With kLineFeed nothing
// does.
inline std::string FrameStart(SyslogFraming framing, std::size_t bytes) {
  if (framing != SyslogFraming::kOctetCounting) return {};
  return std::to_string(bytes) + ' ';
}

// What stands behind it. With kLineFeed a message must not hold a line feed: the writer rejects
// such payloads.
inline std::string_view FrameEnd(SyslogFraming framing) {
  return framing == SyslogFraming::kOctetCounting ? "" : "\n";
}

}  // namespace nsf::syslog
