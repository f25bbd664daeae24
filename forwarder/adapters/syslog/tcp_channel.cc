// SPDX-License-Identifier: Apache-2.0
// TCP sockets on Linux. <linux/tcp.h> rather than <netinet/tcp.h>: only it has tcpi_snd_wnd.
#include "adapters/syslog/tcp_channel.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace nsf::syslog {
namespace {

void SetOption(int fd, int level, int option, int value) {
  // None of these options is needed for correctness; a kernel without one goes on without it.
  ::setsockopt(fd, level, option, &value, sizeof value);
}

void SetOptions(int fd) {
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);  // frames are gathered here already
  // An idle connection to a receiver that vanished is noticed after 30 + 4 * 5 seconds.
  // TCP_USER_TIMEOUT is left alone: it also ends a connection whose receiver is alive and slow
  // (window 0), which is backpressure. The publisher looks for unanswered packets itself.
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

Error ConnectError(const Endpoint& endpoint, const std::string& why) {
  return {ErrorKind::kRetry, "cannot connect to " + endpoint.text + ": " + why +
                                 "; check that the receiver runs and that no firewall is between"};
}

Result<FileDescriptor> ConnectOne(const Endpoint& endpoint, const Signal& stop, SteadyTime until) {
  FileDescriptor fd(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             IPPROTO_TCP));
  if (fd.get() < 0) return ConnectError(endpoint, ErrnoText(errno));
  SetOptions(fd.get());
  const auto* address = static_cast<const sockaddr*>(static_cast<const void*>(&endpoint.address));
  if (::connect(fd.get(), address, endpoint.length) == 0) return fd;
  if (errno != EINPROGRESS) return ConnectError(endpoint, ErrnoText(errno));
  switch (WaitFor(fd.get(), POLLOUT, {&stop}, until)) {
    case Wake::kSignal:
      return ConnectError(endpoint, "stopped");
    case Wake::kTimeout:
      return ConnectError(endpoint, "no answer in time");
    case Wake::kReady:
      break;
  }
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure != 0) return ConnectError(endpoint, ErrnoText(failure));
  return fd;
}

class TcpChannel final : public ByteChannel {
 public:
  explicit TcpChannel(FileDescriptor fd) : fd_(std::move(fd)) {}
  ~TcpChannel() override {
    // A close with unread input would send a reset, which may cost the receiver its last bytes.
    if (Drain(*this)) ::shutdown(fd_.get(), SHUT_WR);
  }
  TcpChannel(const TcpChannel&) = delete;
  TcpChannel& operator=(const TcpChannel&) = delete;

  Result<std::size_t> Write(std::string_view bytes) override {
    const ssize_t taken = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (taken >= 0) {
      wire_bytes_ += static_cast<std::uint64_t>(taken);
      return static_cast<std::size_t>(taken);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
    return Error{ErrorKind::kRetry, "the connection broke (" + ErrnoText(errno) + ")"};
  }

  Result<std::size_t> Read(char* into, std::size_t room) override {
    const ssize_t count = ::recv(fd_.get(), into, room, 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0) return Error{ErrorKind::kRetry, "the receiver closed the connection"};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
    return Error{ErrorKind::kRetry, "the connection broke (" + ErrnoText(errno) + ")"};
  }

  std::int16_t blocked_on() const override { return POLLOUT; }
  std::uint64_t wire_bytes() const override { return wire_bytes_; }
  int fd() const override { return fd_.get(); }

 private:
  FileDescriptor fd_;
  std::uint64_t wire_bytes_ = 0;
};

}  // namespace

std::string ErrnoText(int code) { return std::generic_category().message(code); }

Result<FileDescriptor> ConnectTcp(Resolver& resolver, const Signal& stop, SteadyTime until) {
  auto endpoints = resolver.Resolve(stop, until);
  if (!endpoints) return endpoints.error();
  Error last;
  std::size_t left = endpoints->size();
  for (const Endpoint& endpoint : *endpoints) {
    // What time there is, is shared out, so that one address that does not answer leaves some.
    const auto now = SteadyNow();
    const auto share = std::max(until - now, SteadyTime::duration(0)) / static_cast<int>(left--);
    auto fd = ConnectOne(endpoint, stop, now + share);
    if (fd) return fd;
    last = fd.error();
    if (stop.raised()) break;
  }
  return last;
}

std::uint64_t UnacknowledgedBytes(int fd) {
  int bytes = 0;
  if (::ioctl(fd, SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::uint64_t>(bytes);
}

TcpPeer ReadTcpPeer(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_snd_wnd,
          static_cast<unsigned>(info.tcpi_retransmits) + static_cast<unsigned>(info.tcpi_probes)};
}

TcpConnector::TcpConnector(SyslogAddress address) : resolver_(std::move(address), SOCK_STREAM) {}

Result<std::unique_ptr<ByteChannel>> TcpConnector::Connect(const Signal& stop, SteadyTime until) {
  auto fd = ConnectTcp(resolver_, stop, until);
  if (!fd) return fd.error();
  return std::unique_ptr<ByteChannel>(std::make_unique<TcpChannel>(std::move(*fd)));
}

}  // namespace nsf::syslog
