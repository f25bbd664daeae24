// SPDX-License-Identifier: Apache-2.0
// The text of one syslog message (RFC 5424 §6) for one record; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ports/record.h"

namespace nsf::syslog {

struct Rfc5424Settings {
  unsigned facility = 13;  // "log audit"
  std::string hostname;    // printable ASCII; empty: "-"
  std::string app_name = "netskope-audit";
  // The private enterprise number in the SD-ID netskope@N. IANA keeps 0 reserved, so that it is
  // nobody's name space; 32473 is for documents only (RFC 5612).
  std::uint32_t enterprise_number = 0;
  std::size_t max_message_bytes = 8000;
};

// The syslog severity (RFC 5424 §6.2.1): warning for high, notice for medium and unknown, info
// below.
unsigned SyslogSeverity(Severity severity);

// Writes messages. Stateless after construction.
class Rfc5424Writer {
 public:
  explicit Rfc5424Writer(Rfc5424Settings settings);

  // Replaces `out` by the message of batch.records[index]:
  //   <PRI>1 TIMESTAMP HOSTNAME APP-NAME - MSGID [netskope@N tenant="" stream="" id="" severity=""]
  //   MSG, with netskope_replay="true" behind severity in a batch that is a replay
  // Returns why the record cannot be sent as it is: "too_large" for a message above
  // max_message_bytes (it is never cut), "invalid" for a payload that is not one line.
  std::optional<Rejection> Write(const SinkBatch& batch, std::size_t index, std::string& out) const;

 private:
  Rfc5424Settings settings_;
  std::string middle_;  // " HOSTNAME APP-NAME - "
  std::string sd_id_;
};

}  // namespace nsf::syslog
