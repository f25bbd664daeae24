// SPDX-License-Identifier: Apache-2.0
// A connected UDP socket: the kernel then reports the refusals (ICMP) that come back. A datagram's
// refusal arrives with or after the next call, so a group is decided only when its pause is over.
#include "adapters/syslog/udp_publisher.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "adapters/syslog/tcp_channel.h"

namespace nsf::syslog {
namespace {

// So small that a group of messages of 2 KB fits a receiver's default socket buffer.
constexpr std::chrono::milliseconds kGroupTime{5};

}  // namespace

UdpPublisher::UdpPublisher(const SyslogAddress& address, MessageWriter writer, UdpSettings settings,
                           Log log, const Signal& stop)
    : address_(ToString(address)),
      writer_(std::move(writer)),
      settings_(settings),
      log_(std::move(log)),
      stop_(stop),
      resolver_(address, SOCK_DGRAM) {}

std::optional<Error> UdpPublisher::Publish(SinkBatch& batch) {
  auto error = PublishGroups(batch);
  if (error.has_value() != told_down_ && !stop_.raised()) {
    log_(error ? error->message : address_ + ": no refusal any more");
    told_down_ = error.has_value();
  }
  return error;
}

std::optional<Error> UdpPublisher::PublishGroups(SinkBatch& batch) {
  if (auto error = Open()) return error;
  for (std::size_t next = 0; next < batch.records.size();) {
    if (auto error = SendGroup(batch, next)) return error;
    if (auto error = AwaitRefusal(next == batch.records.size())) return error;
    for (const Sending& sent : group_) {
      batch.outcomes[sent.index] = OutcomeKind::kDelivered;
      batch.truncated += sent.shortened && !batch.records[sent.index].shortened ? 1U : 0U;
    }
  }
  return std::nullopt;
}

void UdpPublisher::Idle(const Signal& work) { WaitFor(-1, 0, {&stop_, &work}, SteadyTime::max()); }

std::optional<Error> UdpPublisher::Open() {
  if (fd_.get() >= 0) return std::nullopt;
  auto endpoints = resolver_.Resolve(stop_, SteadyNow() + settings_.resolve_timeout);
  if (!endpoints) return Error{ErrorKind::kRetry, address_ + ": " + endpoints.error().message};
  for (const Endpoint& endpoint : *endpoints) {
    FileDescriptor fd(
        ::socket(endpoint.address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* address = static_cast<const sockaddr*>(static_cast<const void*>(&endpoint.address));
    if (fd.get() >= 0 && ::connect(fd.get(), address, endpoint.length) == 0) {
      fd_ = std::move(fd);
      return std::nullopt;
    }
    failure_ = errno;
  }
  return Failure(failure_);
}

// Sends the next undecided records, as many as go at once.
std::optional<Error> UdpPublisher::SendGroup(SinkBatch& batch, std::size_t& next) {
  const std::size_t most = std::max<std::size_t>(
      1, settings_.datagrams_per_second * static_cast<std::size_t>(kGroupTime.count()) / 1000);
  group_.clear();
  for (; next < batch.records.size() && group_.size() < most; ++next) {
    if (batch.outcomes[next] != OutcomeKind::kUndecided) continue;
    Written written = writer_.Write(batch, next, message_);
    if (written.rejection) {
      Reject(batch, *std::move(written.rejection));
      continue;
    }
    switch (Send(message_)) {
      case Sent::kYes:
        group_.push_back({next, written.shortened});
        break;
      case Sent::kTooLarge:
        Reject(batch, {next, "too_large",
                       "a datagram to " + address_ + " cannot hold the syslog message of " +
                           std::to_string(message_.size()) + " bytes"});
        break;
      case Sent::kFailed:
        return Failure(failure_);
    }
  }
  return std::nullopt;
}

UdpPublisher::Sent UdpPublisher::Send(std::string_view message) {
  while (!stop_.raised()) {
    if (::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0) return Sent::kYes;
    failure_ = errno;
    if (failure_ == EMSGSIZE) return Sent::kTooLarge;
    const bool full = failure_ == EAGAIN || failure_ == EWOULDBLOCK;
    if (full) {
      WaitFor(fd_.get(), POLLOUT, {&stop_}, SteadyNow() + kGroupTime * 20);
    } else if (failure_ == ENOBUFS) {  // the device's queue, which no poll tells about
      WaitFor(-1, 0, {&stop_}, SteadyNow() + kGroupTime);
    } else if (failure_ != EINTR) {
      return Sent::kFailed;
    }
  }
  failure_ = ECANCELED;
  return Sent::kFailed;
}

// The pause between groups, which is also the time for a refusal to come back.
std::optional<Error> UdpPublisher::AwaitRefusal(bool last) {
  if (group_.empty()) return std::nullopt;
  const auto pause = std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(
      static_cast<double>(group_.size()) / static_cast<double>(settings_.datagrams_per_second)));
  // Measured from when this group was due, so that a late wake-up is caught up with.
  group_due_ = std::max(group_due_ + pause, SteadyNow());
  SteadyTime until = group_due_;
  if (last) until = std::max(until, SteadyNow() + settings_.refusal_wait);
  switch (WaitFor(fd_.get(), 0, {&stop_}, until)) {
    case Wake::kTimeout:
      return std::nullopt;
    case Wake::kSignal:
      return Failure(ECANCELED);
    case Wake::kReady:
      break;
  }
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure == 0) return std::nullopt;
  return Failure(failure);
}

Error UdpPublisher::Failure(int code) {
  // The name is looked up again: it may have moved.
  fd_ = FileDescriptor();
  if (code == ECANCELED) return {ErrorKind::kRetry, address_ + ": the sink is being stopped"};
  if (code == ECONNREFUSED) {
    return {ErrorKind::kRetry, address_ +
                                   ": nobody listens there (the datagrams were refused); start the "
                                   "receiver or check the port and the firewall"};
  }
  return {ErrorKind::kRetry, address_ + ": datagrams cannot be sent: " + ErrnoText(code) +
                                 "; check the address, the routes and the firewall"};
}

void UdpPublisher::Reject(SinkBatch& batch, Rejection rejection) {
  batch.outcomes[rejection.index] = OutcomeKind::kRejected;
  batch.rejections.push_back(std::move(rejection));
}

}  // namespace nsf::syslog
