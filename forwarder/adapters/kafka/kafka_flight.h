// SPDX-License-Identifier: Apache-2.0
// One batch on its way. A broker refuses a whole request for one record in it, so what was refused
// together is sent again in halves, with nothing else under way, until the record that is to blame
// stands alone. Knows librdkafka's error codes, and else nothing of it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/record.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

class KafkaFlight;

// What went wrong with connections, or with the producer as a whole; empty: nothing.
struct KafkaFailure {
  std::string text;
  std::string_view next_step;
};

// What a message carries through librdkafka, back to where its record came from.
struct KafkaSlot {
  KafkaFlight* flight;
  std::size_t index;  // of the record in its batch
};

// Used by one thread.
class KafkaFlight {
 public:
  KafkaFlight(SinkBatch& batch, Sink::Done done, std::string topic);
  KafkaFlight(const KafkaFlight&) = delete;
  KafkaFlight& operator=(const KafkaFlight&) = delete;

  // The record to be sent next; nullptr when there is none before reports come. The call counts it
  // as sent: it ends in a Report(), in Refuse() or in PutBack().
  KafkaSlot* Next();
  void PutBack();
  // Too large for librdkafka, which is sure: `detail` says by how much.
  void Refuse(const KafkaSlot& slot, std::string detail);
  void Report(const KafkaSlot& slot, rd_kafka_resp_err_t code);

  enum class Progress : std::uint8_t {
    kWaiting,  // for reports, or for more to be sent
    kAgain,    // what was refused together is to be sent again
    kEnded,    // nothing is left to be sent or reported
  };
  // Looks at what was reported.
  Progress Advance();
  // Tells whoever published; records without an outcome stay undecided. `connection` is what failed
  // there last.
  void End(const KafkaFailure& connection);

  const SinkBatch& batch() const { return batch_; }
  const std::string& topic() const { return topic_; }
  std::size_t unreported() const { return unreported_; }
  // No other flight may have messages under way.
  bool alone() const { return !groups_.empty() && groups_.front().alone; }
  // Send with the time of arrival: the broker refuses the event's.
  bool untimed() const { return !groups_.empty() && groups_.front().untimed; }

 private:
  // Sent as one, and settled before the next one.
  struct Group {
    std::vector<std::size_t> slots;
    bool alone = false;
    bool untimed = false;
  };

  void Regroup();
  void Reject(std::size_t slot, std::string_view reason, std::string detail);

  SinkBatch& batch_;
  const Sink::Done done_;
  const std::string topic_;
  std::vector<KafkaSlot> slots_;  // never grows: messages point into it
  std::deque<Group> groups_;      // the first one is being sent
  std::size_t next_ = 0;          // of the first group
  std::size_t unreported_ = 0;
  std::vector<std::size_t> refused_;
  std::vector<std::size_t> mistimed_;
  rd_kafka_resp_err_t refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_resp_err_t failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // the first that left one undecided
};

}  // namespace nsf
