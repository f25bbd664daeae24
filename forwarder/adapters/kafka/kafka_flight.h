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

#include "adapters/kafka/kafka_reports.h"
#include "adapters/kafka/kafka_verdict.h"
#include "ports/record.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

// Used by one thread.
class KafkaFlight final : public KafkaReports {
 public:
  KafkaFlight(SinkBatch& batch, Sink::Done done, std::string topic);
  KafkaFlight(const KafkaFlight&) = delete;
  KafkaFlight& operator=(const KafkaFlight&) = delete;

  // The record to be sent next; nullptr when there is none before reports come. The call counts it
  // as sent: it ends in a Report(), in Refuse() or in PutBack().
  KafkaTag* Next();
  void PutBack();
  // Too large for librdkafka, which is sure: `detail` says by how much.
  void Refuse(const KafkaTag& tag, std::string detail);
  void Report(const KafkaTag& tag, rd_kafka_resp_err_t code) override;

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
    std::vector<std::size_t> numbers;
    bool alone = false;
    bool untimed = false;
  };

  void Regroup();
  void Reject(std::size_t number, std::string_view reason, std::string detail);

  SinkBatch& batch_;
  const Sink::Done done_;
  const std::string topic_;
  std::vector<KafkaTag> tags_;  // never grows: messages point into it
  std::deque<Group> groups_;    // the first one is being sent
  std::size_t next_ = 0;        // of the first group
  std::size_t unreported_ = 0;
  std::vector<std::size_t> refused_;
  std::vector<std::size_t> mistimed_;
  rd_kafka_resp_err_t refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_resp_err_t failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // the first that left one undecided
};

}  // namespace nsf
