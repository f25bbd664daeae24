// SPDX-License-Identifier: Apache-2.0
// Plain TCP: connecting, writing, and what the kernel knows about the receiver's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/resolve.h"

namespace nsf::syslog {

// A connected, non-blocking socket with keepalive on. Each address is tried in turn.
Result<FileDescriptor> ConnectTcp(Resolver& resolver, const Signal& stop, SteadyTime until);

// Bytes written to the socket that the receiver's TCP has not acknowledged. On a socket that is
// broken this says nothing: look for the break (Drain) after it.
std::uint64_t UnacknowledgedBytes(int fd);

// What the receiver's TCP last said.
struct TcpPeer {
  std::uint64_t window_bytes = 0;  // how much it is willing to take
  unsigned unanswered = 0;         // retransmissions and probes in a row that nobody answered
};
TcpPeer ReadTcpPeer(int fd);

// What an errno means, without the buffer that strerror shares between threads.
std::string ErrnoText(int code);

class TcpConnector : public Connector {
 public:
  explicit TcpConnector(SyslogAddress address);
  Result<std::unique_ptr<ByteChannel>> Connect(const Signal& stop, SteadyTime until) override;

 private:
  Resolver resolver_;
};

}  // namespace nsf::syslog
