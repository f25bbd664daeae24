// SPDX-License-Identifier: Apache-2.0
// The header of one message in the old form (RFC 3164 §4.1) for one record; pure.
#pragma once

#include <cstddef>
#include <string>

#include "adapters/syslog/message_settings.h"
#include "ports/record.h"

namespace nsf::syslog {

// What receivers take for the TAG.
inline constexpr std::size_t kLongestTag = 32;

// Stateless after construction.
class Rfc3164Header {
 public:
  explicit Rfc3164Header(const SyslogMessageSettings& settings);

  // Appends everything before the payload, "<PRI>Mmm dd hh:mm:ss HOSTNAME TAG: ", the time in UTC.
  // CEF and LEEF bring their own tag: their receivers look for them right behind HOSTNAME.
  void Append(const Record& record, std::string& out) const;

 private:
  unsigned facility_;
  std::string hostname_;  // " HOSTNAME "
  std::string tag_;       // "TAG: "
};

}  // namespace nsf::syslog
