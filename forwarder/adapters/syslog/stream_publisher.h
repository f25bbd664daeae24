// SPDX-License-Identifier: Apache-2.0
// Publishes over TCP or TLS. A record is delivered when the receiver's TCP has acknowledged its
// bytes on a connection that has proven to last; what was acknowledged last is kept and sent again
// when a connection was lost, because a receiver drops what it has not read (docs/SYSLOG.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "adapters/syslog/back_off.h"
#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/message_writer.h"
#include "adapters/syslog/publisher.h"
#include "adapters/syslog/resend_window.h"
#include "adapters/syslog/stream_timings.h"

namespace nsf::syslog {

// Used by one thread.
class StreamPublisher : public Publisher {
 public:
  // `address` is for people. `stop` must outlive this object.
  StreamPublisher(std::string address, std::unique_ptr<Connector> connector, MessageWriter writer,
                  SyslogFraming framing, std::size_t resend_bytes, StreamTimings timings, Log log,
                  const Signal& stop);
  // Says so when frames wait to be sent again: they are lost if the receiver has not read them.
  ~StreamPublisher() override;
  StreamPublisher(const StreamPublisher&) = delete;
  StreamPublisher& operator=(const StreamPublisher&) = delete;

  std::optional<Error> Publish(SinkBatch& batch) override;
  void Idle(const Signal& work) override;

  // Bytes of frames in memory: at most resend_bytes, kInFlightBytes and one frame.
  std::size_t held_bytes() const { return window_.held_bytes(); }

  static constexpr std::size_t kInFlightBytes = std::size_t{1024} * 1024;

 private:
  // Where in the window a record's frame ends.
  struct Pending {
    std::size_t index;
    std::uint64_t end;
    bool shortened;
  };
  // What the connection had given to the kernel when the window was sent up to `position`.
  struct Mark {
    std::uint64_t wire_bytes;
    std::uint64_t position;
    bool probe;  // see RoomAtReceiver
  };

  // One round: connect if there is none, else write, read and see what is acknowledged; then
  // sleep until something may have changed. `work` is null while publishing.
  void Turn(const Signal* work);
  void ConnectOrWait(const Signal* work);
  std::optional<Error> Exchange();
  std::optional<Error> WriteSome();
  std::size_t RoomAtReceiver();
  void NoteAcknowledged();
  void WaitForChange(const Signal* work);

  void Fill(SinkBatch& batch);
  void Settle(SinkBatch& batch);
  std::optional<Error> Trouble(SteadyTime started);
  Error StallError();
  void Lose(const Error& reason);
  void TrustConnection();
  Error Undecided(const std::string& why) const;

  bool settled() const { return marks_.empty() && window_.unsent().empty(); }

  const std::string address_;
  const std::unique_ptr<Connector> connector_;
  const MessageWriter writer_;
  const SyslogFraming framing_;
  const std::size_t resend_bytes_;
  const StreamTimings timings_;
  const Log log_;
  const Signal& stop_;

  ResendWindow window_;
  std::unique_ptr<ByteChannel> channel_;  // null: not connected
  std::deque<Mark> marks_;                // sent and not acknowledged on this connection
  std::uint64_t reached_ = 0;             // acknowledged on this connection
  bool trusted_ = false;                  // past its probation
  bool blocked_ = false;                  // the last write would have blocked
  bool held_back_ = false;                // the receiver is taken to have enough unread
  std::uint64_t widest_window_ = 0;       // that the receiver has offered on this connection
  SteadyTime connected_at_;
  SteadyTime last_progress_;  // of what was to be acknowledged
  std::chrono::milliseconds ack_pause_{1};

  BackOff back_off_;
  Error last_error_;
  bool told_down_ = false;  // the log knows that there is no connection

  // Of the batch that is being published:
  std::size_t next_ = 0;         // the first record that is not in the window
  std::deque<Pending> pending_;  // in the window, undecided
  std::optional<SteadyTime> trouble_since_;
  bool attempted_ = false;
  std::string head_;  // of a message, while it is put together
};

}  // namespace nsf::syslog
