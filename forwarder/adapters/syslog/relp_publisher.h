// SPDX-License-Identifier: Apache-2.0
// Publishes over RELP, plain or in TLS. A record is delivered when the receiver has answered "200"
// to its transaction; at most `window` are under way, and those are sent again when the connection
// was lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/syslog/back_off.h"
#include "adapters/syslog/byte_channel.h"
#include "adapters/syslog/message_writer.h"
#include "adapters/syslog/publisher.h"
#include "adapters/syslog/relp_session.h"
#include "adapters/syslog/stream_timings.h"

namespace nsf::syslog {

// Used by one thread.
class RelpPublisher : public Publisher {
 public:
  // `address` is for people; `window` is at least 1. `stop` must outlive this object.
  RelpPublisher(std::string address, std::unique_ptr<Connector> connector, MessageWriter writer,
                std::size_t window, StreamTimings timings, Log log, const Signal& stop);

  std::optional<Error> Publish(SinkBatch& batch) override;
  void Idle(const Signal& work) override;

  // Messages under way hold no more than this and one message, however many the window allows.
  static constexpr std::size_t kInFlightBytes = std::size_t{1024} * 1024;

 private:
  // A message that the receiver has not answered. Without an index it belongs to a batch that was
  // given back, and counts only as one that the receiver has to deal with first.
  struct InFlight {
    std::uint32_t transaction;
    std::optional<std::size_t> index;
    bool shortened;
    std::size_t bytes;
  };

  void Fill(SinkBatch& batch);
  // One round: connect if there is no session, else write, read and settle; then sleep until
  // something may have changed. `work` and `batch`: one of them is null.
  void Turn(SinkBatch* batch, const Signal* work);
  void ConnectOrWait(const Signal* work);
  std::optional<Error> Settle(const std::vector<RelpSession::Answer>& answers, SinkBatch* batch);
  void WaitForAnswers(const Signal* work);
  std::optional<Error> Trouble(SteadyTime started);
  Error StallError();
  void Lose(const Error& reason);
  void Forget();
  Error Undecided(const std::string& why) const;

  const std::string address_;
  const std::unique_ptr<Connector> connector_;
  const MessageWriter writer_;
  const std::size_t window_;
  const StreamTimings timings_;
  const Log log_;
  const Signal& stop_;

  std::unique_ptr<RelpSession> session_;  // null: not connected
  std::deque<InFlight> in_flight_;        // in the order of their transactions
  std::size_t in_flight_bytes_ = 0;
  SteadyTime last_progress_;  // of what is in flight
  BackOff back_off_;
  Error last_error_;
  bool told_down_ = false;  // the log knows that there is no connection

  // Of the batch that is being published:
  std::size_t next_ = 0;       // the first record that is not in flight
  std::size_t undecided_ = 0;  // of its records, those in flight
  std::optional<SteadyTime> trouble_since_;
  bool attempted_ = false;
  std::string message_;
};

}  // namespace nsf::syslog
