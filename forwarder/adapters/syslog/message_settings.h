// SPDX-License-Identifier: Apache-2.0
// What the text of a syslog message depends on besides the event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace nsf {

enum class SyslogHeader : std::uint8_t { kRfc5424, kRfc3164 };

// How messages are told apart on TCP and TLS.
enum class SyslogFraming : std::uint8_t { kOctetCounting, kLineFeed };

// What becomes of a message above max_message_bytes.
enum class SyslogOversize : std::uint8_t {
  kShorten,     // the payload is shortened and marked, where that is enough
  kDeadLetter,  // it is rejected
};

struct SyslogMessageSettings {
  SyslogHeader header = SyslogHeader::kRfc5424;
  unsigned facility = 13;  // "log audit"
  std::string hostname;    // printable ASCII; empty: "-"
  std::string app_name = "netskope-audit";
  // RFC 5424: the private enterprise number in the SD-ID netskope@N. IANA keeps 0 reserved, so that
  // it is nobody's name space; 32473 is for documents only (RFC 5612).
  std::uint32_t enterprise_number = 0;
  std::size_t max_message_bytes = 8000;
  SyslogOversize oversize = SyslogOversize::kShorten;
};

}  // namespace nsf
