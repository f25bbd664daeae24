// SPDX-License-Identifier: Apache-2.0
// The text of one syslog message for one record: header, payload, and what becomes of one that is
// too large; pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/syslog/message_settings.h"
#include "adapters/syslog/rfc3164.h"
#include "adapters/syslog/rfc5424.h"
#include "ports/record.h"

namespace nsf::syslog {

// What came of writing one message.
struct Written {
  std::optional<Rejection> rejection;  // why the record cannot be sent
  bool shortened = false;
};

// Stateless after construction.
class MessageWriter {
 public:
  explicit MessageWriter(SyslogMessageSettings settings);

  // Replaces `out` by the message of batch.records[index], but for its end, which is the record's
  // payload: `payload` becomes that, or empty if the message is shortened and all of it in `out`.
  // Rejections: "too_large" for a message above max_message_bytes that is not to be shortened or
  // cannot be (see shorten.h), "invalid" for a payload that is not one line.
  Written WriteHead(const SinkBatch& batch, std::size_t index, std::string& out,
                    std::string_view& payload) const;
  // The same, with the whole message in `out`.
  Written Write(const SinkBatch& batch, std::size_t index, std::string& out) const;

 private:
  void AppendHeader(const SinkBatch& batch, const Record& record, bool shortened,
                    std::string& out) const;
  bool WriteShortened(const SinkBatch& batch, const Record& record, std::string& out) const;

  const SyslogMessageSettings settings_;
  const std::variant<Rfc5424Header, Rfc3164Header> header_;
};

}  // namespace nsf::syslog
