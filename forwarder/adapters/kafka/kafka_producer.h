// SPDX-License-Identifier: Apache-2.0
// One idempotent producer of librdkafka and the thread that serves its callbacks. Enqueueing is not
// delivery: an outcome is set by the delivery report alone.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "adapters/kafka/kafka_handles.h"
#include "ports/record.h"
#include "ports/result.h"

namespace nsf {

class KafkaProducer {
 public:
  using Done = std::function<void(std::optional<Error>)>;

  static Result<std::unique_ptr<KafkaProducer>> Create(const KafkaSinkConfig& config,
                                                       const KafkaLog& log);
  // Gives up what is not delivered, as undecided; returns when every report has come.
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // Produces every undecided record. Blocks while librdkafka's queue is full, until `stop`. `done`
  // is called once all reports are in, on the producer's thread, or here when nothing was taken.
  void Produce(SinkBatch& batch, const std::atomic<bool>& stop, Done done);

  // A fatal error: this producer can deliver nothing more, a new one is to be made.
  bool fatal() const { return fatal_; }
  std::optional<Error> Trouble() const;

 private:
  struct Flight;
  struct Slot;

  KafkaProducer(const KafkaSinkConfig& config, const KafkaLog& log) : config_(config), log_(log) {}

  static void OnReport(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void OnError(rd_kafka_t* client, int code, const char* reason, void* self);
  static void OnLog(const rd_kafka_t* client, int level, const char* facility, const char* text);

  Result<rd_kafka_topic_t*> TopicHandle(const std::string& name);
  rd_kafka_resp_err_t Enqueue(rd_kafka_topic_t* topic, const Record& record, std::string_view key,
                              rd_kafka_headers_t* headers, Slot* slot);
  // Enqueue(), waiting while the queue is full.
  rd_kafka_resp_err_t EnqueueWaiting(rd_kafka_topic_t* topic, rd_kafka_headers_t* headers,
                                     Slot* slot, const std::atomic<bool>& stop);
  // `local`: librdkafka refused the record before it was sent.
  void Settle(Slot* slot, rd_kafka_resp_err_t code, bool local);
  static void Finish(Flight* flight);
  void NoteTrouble(std::optional<std::string> what);

  const KafkaSinkConfig config_;
  const KafkaLog log_;
  KafkaClient client_;
  std::map<std::string, KafkaTopic> topics_;  // the producing thread's
  std::atomic<std::size_t> unreported_{0};
  std::atomic<bool> fatal_{false};
  std::atomic<bool> alone_{false};  // the next batch is sent record by record
  mutable std::mutex trouble_mutex_;
  std::optional<std::string> trouble_;
  std::atomic<bool> troubled_{false};
  std::atomic<bool> ending_{false};
  std::thread poller_;
};

}  // namespace nsf
