// SPDX-License-Identifier: Apache-2.0
// The Kafka sink: an idempotent producer, every record acknowledged by all in-sync replicas. What
// that promises stands in docs/KAFKA.md.
#pragma once

#include <memory>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

// One thread that hands records to librdkafka, so that its full queue blocks nobody else.
class KafkaSink : public Sink {
 public:
  // Does not wait for a connection. Fails with kConfiguration. `log` is called on threads of the
  // sink's and librdkafka's own.
  static Result<std::unique_ptr<KafkaSink>> Create(KafkaSinkConfig config, KafkaLog log);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  void Publish(SinkBatch& batch, Done done) override;
  Guarantee guarantee() const override;
  std::optional<Error> Trouble() const override;

 private:
  class Worker;
  explicit KafkaSink(std::unique_ptr<Worker> worker);

  const std::unique_ptr<Worker> worker_;
};

}  // namespace nsf
