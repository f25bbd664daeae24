// SPDX-License-Identifier: Apache-2.0
// One connection to a receiver as a stream of bytes, plain or encrypted, and what opens one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "adapters/syslog/wait.h"
#include "ports/result.h"

namespace nsf::syslog {

// Non-blocking; used by one thread. The destructor closes in order: what was written is still sent.
class ByteChannel {
 public:
  virtual ~ByteChannel() = default;

  // Takes some of `bytes`; 0 when it would block. After a 0 the next call begins with the same
  // bytes. Fails when the connection is lost.
  virtual Result<std::size_t> Write(std::string_view bytes) = 0;
  // Reads what the receiver has said, up to `room` bytes; 0 when that is nothing. Fails when the
  // receiver has closed the connection.
  virtual Result<std::size_t> Read(char* into, std::size_t room) = 0;
  // The events to wait for after a Write that would block.
  virtual std::int16_t blocked_on() const = 0;
  // Bytes given to the kernel so far, those of TLS included: everything that Write has taken, and
  // maybe more. To be compared with UnacknowledgedBytes(fd()).
  virtual std::uint64_t wire_bytes() const = 0;
  virtual int fd() const = 0;
};

// Reads and throws away what the receiver says; fails when it has closed the connection.
Result<void> Drain(ByteChannel& channel);

// Used by one thread.
class Connector {
 public:
  virtual ~Connector() = default;
  // Blocks until connected (and, with TLS, authenticated), until `until`, or until `stop` is
  // raised.
  virtual Result<std::unique_ptr<ByteChannel>> Connect(const Signal& stop, SteadyTime until) = 0;
};

}  // namespace nsf::syslog
