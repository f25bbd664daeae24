// SPDX-License-Identifier: Apache-2.0
// One idempotent producer of librdkafka, transactional or not. Taking a message is not delivering
// it: what became of it is told by its report alone, which Poll() hands to the message's flight.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_message.h"
#include "adapters/kafka/kafka_verdict.h"
#include "ports/result.h"

namespace nsf {

// Used by one thread, but for Wake().
class KafkaProducer {
 public:
  // Connects in the background. `own`: properties that go before the user's. Fails with
  // kConfiguration. `config` and `log` outlive it; `log` is called in Poll().
  static Result<std::unique_ptr<KafkaProducer>> Create(const KafkaSinkConfig& config,
                                                       const KafkaLog& log,
                                                       const KafkaProperties& own = {});
  // librdkafka lets go of every message; those without a report get none.
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // nullptr: the name is none that a topic can have.
  rd_kafka_topic_t* Topic(const std::string& name);
  // Never blocks. _QUEUE_FULL: poll, and try again.
  rd_kafka_resp_err_t Send(KafkaMessage message);
  // Hands over the reports there are; waits for one if there is none.
  void Poll(std::chrono::milliseconds wait);
  // Gives up all messages: their reports say so.
  void Purge();
  // Asks the brokers what keeps messages for the topic from getting on, for up to a second: one
  // that may not be written to has no partitions, and librdkafka waits for some without a word.
  // What they say of it; no error also when they say nothing.
  rd_kafka_resp_err_t LookInto(const std::string& topic);
  // Ends the Poll() under way, or else the next one, early. Any thread.
  void Wake();

  // For librdkafka's transactions.
  rd_kafka_t* client() const { return client_.get(); }
  std::size_t max_message_bytes() const { return max_message_bytes_; }
  // It can deliver nothing more; a new one has to be made.
  bool fatal() const { return fatal_; }
  // Nothing can be delivered, as far as is known, since the last delivery; last_failure() says why.
  bool cut_off() const { return cut_off_; }
  // How many were handed over, ever.
  std::size_t reports() const { return reports_; }
  // What failed last, since the last delivery.
  const KafkaFailure& last_failure() const { return last_failure_; }
  // Which partition the transaction may not have, and why, in librdkafka's words: its error names
  // none. Empty: of none was heard.
  const std::string& partition_refusal() const { return partition_refusal_; }
  void ForgetPartitionRefusal() { partition_refusal_.clear(); }

 private:
  KafkaProducer(const KafkaSinkConfig& config, const KafkaLog& log) : config_(config), log_(log) {}

  static void OnReport(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void OnError(rd_kafka_t* client, int code, const char* reason, void* self);
  void NotePartition(const std::string& text);
  static void OnLog(const rd_kafka_t* client, int level, const char* facility, const char* text);
  void Log(std::string line);

  const KafkaSinkConfig& config_;
  const KafkaLog& log_;
  std::size_t max_message_bytes_ = 0;
  std::uint64_t login_ = 0;  // version of the one that it has
  bool transactional_ = false;
  bool fatal_ = false;
  bool cut_off_ = false;
  std::size_t reports_ = 0;
  KafkaFailure last_failure_;
  std::string partition_refusal_;
  std::string last_line_;  // of the log
  std::chrono::steady_clock::time_point last_line_at_;
  KafkaClient client_;
  KafkaQueue queue_;                          // of reports; it and the topics go before the client
  std::map<std::string, KafkaTopic> topics_;  // by name
};

}  // namespace nsf
