// SPDX-License-Identifier: Apache-2.0
// The dead letter as a topic: refused rows as received, and why in their headers. What is too large
// for it as well is cut rather than let the stream wait for ever; what a message looks like stands
// in docs/KAFKA.md.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

class KafkaDeadLetter : public Sink {
 public:
  // Connects as a KafkaSink does, with its failures; `config.key` is not looked at. `log` is called
  // in a thread of its own, also about each row that was cut.
  static Result<std::unique_ptr<KafkaDeadLetter>> Create(KafkaSinkConfig config, KafkaLog log);
  ~KafkaDeadLetter() override;
  KafkaDeadLetter(const KafkaDeadLetter&) = delete;
  KafkaDeadLetter& operator=(const KafkaDeadLetter&) = delete;

  // `batch` has a refusal for each record. Its records are delivered or undecided, never rejected:
  // what cannot be kept must not be given up.
  void Publish(SinkBatch& batch, Done done) override;
  Guarantee guarantee() const override;
  std::optional<Error> Trouble() const override;

 private:
  struct Letters;
  KafkaDeadLetter(std::unique_ptr<Sink> sink, KafkaLog log);

  void Send(const std::shared_ptr<Letters>& letters);
  void OnSent(const std::shared_ptr<Letters>& letters, std::optional<Error> error);
  // Cuts what was too large. Fails when something else was wrong, or nothing is left to be cut.
  std::optional<Error> CutRejected(Letters& letters);

  const KafkaLog log_;
  std::atomic<bool> closing_{false};
  const std::unique_ptr<Sink> sink_;
};

}  // namespace nsf
