// SPDX-License-Identifier: Apache-2.0
// Publishes over UDP, one message a datagram (RFC 5426), paced. A record is delivered when its
// datagram is handed over and no refusal has come back for its group: best effort.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "adapters/syslog/message_writer.h"
#include "adapters/syslog/publisher.h"
#include "adapters/syslog/resolve.h"

namespace nsf::syslog {

struct UdpSettings {
  std::chrono::milliseconds resolve_timeout{5'000};
  // A receiver has nowhere to say that it is too much: its socket's buffer overflows silently.
  unsigned datagrams_per_second = 5'000;
  // How long a refusal may take to come back for the last group of a batch.
  std::chrono::milliseconds refusal_wait{20};
};

// Used by one thread.
class UdpPublisher : public Publisher {
 public:
  // `stop` must outlive this object.
  UdpPublisher(const SyslogAddress& address, MessageWriter writer, UdpSettings settings, Log log,
               const Signal& stop);

  std::optional<Error> Publish(SinkBatch& batch) override;
  void Idle(const Signal& work) override;

 private:
  enum class Sent { kYes, kTooLarge, kFailed };

  std::optional<Error> PublishGroups(SinkBatch& batch);
  std::optional<Error> Open();
  std::optional<Error> SendGroup(SinkBatch& batch, std::size_t& next);
  Sent Send(std::string_view message);
  std::optional<Error> AwaitRefusal(bool last);
  Error Failure(int code);
  void Reject(SinkBatch& batch, Rejection rejection);

  const std::string address_;
  const MessageWriter writer_;
  const UdpSettings settings_;
  const Log log_;
  const Signal& stop_;
  Resolver resolver_;
  FileDescriptor fd_;
  bool told_down_ = false;
  int failure_ = 0;  // errno of the send that failed
  struct Sending {
    std::size_t index;
    bool shortened;
  };
  std::vector<Sending> group_;  // sent, undecided
  SteadyTime group_due_;        // when the next group may go
  std::string message_;
};

}  // namespace nsf::syslog
