// SPDX-License-Identifier: Apache-2.0
// Sending letters until each is kept.
#include "adapters/kafka/kafka_dead_letter.h"

#include <string>
#include <utility>

#include "adapters/kafka/kafka_letters.h"
#include "adapters/kafka/kafka_sink.h"

namespace nsf {

// One publish under way: the letters of a batch, as far as they are not sent yet.
struct KafkaDeadLetter::Letters {
  Letters(SinkBatch& given, Done told)
      : batch(given), done(std::move(told)), sent(LettersOf(given)) {}

  SinkBatch& batch;
  Done done;
  SinkBatch sent;
};

KafkaDeadLetter::KafkaDeadLetter(std::unique_ptr<Sink> sink, KafkaLog log)
    : log_(std::move(log)), sink_(std::move(sink)) {}

KafkaDeadLetter::~KafkaDeadLetter() { closing_ = true; }

Result<std::unique_ptr<KafkaDeadLetter>> KafkaDeadLetter::Create(KafkaSinkConfig config,
                                                                 KafkaLog log) {
  config.key = KafkaKey::kId;
  auto sink = KafkaSink::Create(std::move(config), log);
  if (!sink) return std::move(sink).error();
  return std::unique_ptr<KafkaDeadLetter>(
      new KafkaDeadLetter(std::move(sink).value(), std::move(log)));
}

void KafkaDeadLetter::Publish(SinkBatch& batch, Done done) {
  Send(std::make_shared<Letters>(batch, std::move(done)));
}

void KafkaDeadLetter::Send(const std::shared_ptr<Letters>& letters) {
  sink_->Publish(letters->sent, [this, letters](std::optional<Error> error) {
    OnSent(letters, std::move(error));
  });
}

void KafkaDeadLetter::OnSent(const std::shared_ptr<Letters>& letters, std::optional<Error> error) {
  const bool refused = !letters->sent.rejections.empty();
  if (!error && refused) error = CutRejected(*letters);
  if (!error && refused && closing_) error = Error{ErrorKind::kRetry, "it is being closed"};
  if (!error && refused) return Send(letters);
  for (std::size_t i = 0; i < letters->sent.outcomes.size(); ++i) {
    if (letters->sent.outcomes[i] != OutcomeKind::kDelivered) continue;
    letters->batch.outcomes[i] = OutcomeKind::kDelivered;
    const std::string cut = CutText(letters->sent.records[i]);
    if (!cut.empty()) log_(cut);
  }
  letters->done(std::move(error));
}

std::optional<Error> KafkaDeadLetter::CutRejected(Letters& letters) {
  std::optional<Error> error;
  for (const Rejection& rejection : std::exchange(letters.sent.rejections, {})) {
    Record& record = letters.sent.records[rejection.index];
    letters.sent.outcomes[rejection.index] = OutcomeKind::kUndecided;
    const bool too_large = rejection.reason == "too_large";
    if (!too_large || !CutLetter(record)) {
      error =
          Error{ErrorKind::kRetry,
                "the row " + std::string(record.event_id) + " cannot be kept: " + rejection.detail +
                    (too_large ? "; raise max.message.bytes of the dead letter's topic"
                               : "; let its topic take any record: cleanup.policy=delete")};
    }
  }
  return error;
}

Guarantee KafkaDeadLetter::guarantee() const { return sink_->guarantee(); }

std::optional<Error> KafkaDeadLetter::Trouble() const { return sink_->Trouble(); }

}  // namespace nsf
