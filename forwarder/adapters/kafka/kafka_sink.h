// SPDX-License-Identifier: Apache-2.0
// The Kafka sink: an idempotent producer, every record acknowledged by all in-sync replicas. What
// that promises, and what a message looks like, stands in docs/KAFKA.md.
#pragma once

#include <memory>
#include <optional>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

// One thread of its own, which hands records to librdkafka and takes its reports.
class KafkaSink : public Sink {
 public:
  // Does not wait for a connection. kConfiguration: which key or property is wrong and what to do.
  // kStop when the system has no thread left. `log` is called in the sink's thread.
  static Result<std::unique_ptr<KafkaSink>> Create(KafkaSinkConfig config, KafkaLog log);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  void Publish(SinkBatch& batch, Done done) override;
  Guarantee guarantee() const override;
  // Records wait, and no broker can be reached.
  std::optional<Error> Trouble() const override;

 private:
  class Worker;
  explicit KafkaSink(std::unique_ptr<Worker> worker);

  const std::unique_ptr<Worker> worker_;
};

}  // namespace nsf
