// SPDX-License-Identifier: Apache-2.0
// The header of one syslog message (RFC 5424 §6) for one record; pure.
#pragma once

#include <array>
#include <string>

#include "adapters/syslog/message_settings.h"
#include "ports/record.h"

namespace nsf::syslog {

// Stateless after construction.
class Rfc5424Header {
 public:
  explicit Rfc5424Header(const SyslogMessageSettings& settings);

  // Appends everything before MSG:
  //   <PRI>1 TIMESTAMP HOSTNAME APP-NAME - MSGID [netskope@N tenant="" stream="" id="" severity=""]
  // and a space; with netskope_replay="true" behind severity in a batch that is a replay, and
  // truncated="true" where the payload is `shortened`.
  void Append(const SinkBatch& batch, const Record& record, bool shortened, std::string& out) const;

 private:
  std::array<std::string, 5> starts_;  // "<PRI>1 ", by the record's severity
  std::string middle_;                 // " HOSTNAME APP-NAME - "
  std::string sd_id_;
};

}  // namespace nsf::syslog
