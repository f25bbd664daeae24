// SPDX-License-Identifier: Apache-2.0
// One RELP session on one connection: opened, used, closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/relp_frame.h"
#include "ports/result.h"

namespace nsf::syslog {

// Used by one thread.
class RelpSession {
 public:
  // Connects and opens the session. Blocks until the receiver has agreed, until `until`, or until
  // `stop` is raised.
  static Result<std::unique_ptr<RelpSession>> Open(Connector& connector, const Signal& stop,
                                                   SteadyTime until);
  // Closes in order, as far as the receiver takes it at once.
  ~RelpSession();
  RelpSession(const RelpSession&) = delete;
  RelpSession& operator=(const RelpSession&) = delete;

  // Queues a message to be sent by Exchange, and returns its transaction.
  std::uint32_t Send(std::string_view message);

  // What the receiver answers to a transaction.
  struct Answer {
    std::uint32_t transaction;
    unsigned code;  // 200: it has the message
    std::string text;
  };
  // Writes what is queued, as far as the receiver takes it, and reads what it answers. Does not
  // block. Fails when the session is over and all that was answered before has been told.
  Result<std::vector<Answer>> Exchange();

  // What to wait for before the next Exchange, unless something is queued meanwhile.
  int fd() const { return channel_->fd(); }
  std::int16_t events() const;

 private:
  explicit RelpSession(std::unique_ptr<ByteChannel> channel) : channel_(std::move(channel)) {}
  Result<void> Greet(const Signal& stop, SteadyTime until);
  Result<void> Write();
  Result<void> Read();

  const std::unique_ptr<ByteChannel> channel_;
  RelpReader reader_;
  std::uint32_t next_transaction_ = 1;
  std::string unsent_;
  std::size_t written_ = 0;  // of unsent_
  std::optional<Error> over_;
};

}  // namespace nsf::syslog
