// SPDX-License-Identifier: Apache-2.0
// Letters, and how they are cut.
#include "adapters/kafka/kafka_dead_letter.h"

#include <string>
#include <string_view>
#include <utility>

#include "adapters/kafka/kafka_sink.h"

namespace nsf {
namespace {

// Headers and key stay small, whatever a row or an answer holds: a letter fits once its row is cut.
constexpr std::size_t kLongestHeader = 256;

// Not in the middle of a character of UTF-8.
std::string_view Cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  const auto continues = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  for (std::size_t back = 0; back < 3 && size > 0 && continues(size); ++back) --size;
  return text.substr(0, size);
}

}  // namespace

// One publish under way: the letters of a batch, as far as they are not sent yet.
struct KafkaDeadLetter::Letters {
  Letters(SinkBatch& given, Done told) : batch(given), done(std::move(told)) {
    sent.sink = batch.sink;
    sent.tenant = batch.tenant;
    sent.stream = batch.stream;
    sent.format = Format::kRaw;
    sent.replay = batch.replay;
    sent.records = batch.records;
    sent.outcomes = batch.outcomes;
    sent.refusals = batch.refusals;
    for (Record& record : sent.records) {
      record.value = record.raw;
      record.event_id = Cut(record.event_id, kLongestHeader);
      record.user = {};  // the row names him, as far as it can be read
    }
    for (Refusal& refusal : sent.refusals) {
      refusal.detail = Cut(refusal.detail, kLongestHeader);
    }
  }

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
    const Record& kept = letters->sent.records[i];
    if (kept.value.size() == kept.raw.size()) continue;
    log_("of the row " + std::string(kept.event_id) + " the first " +
         std::to_string(kept.value.size()) + " of " + std::to_string(kept.raw.size()) +
         " bytes are kept; raise message.max.bytes of the sink it is sent by, and "
         "max.message.bytes of the topic");
  }
  letters->done(std::move(error));
}

std::optional<Error> KafkaDeadLetter::CutRejected(Letters& letters) {
  std::optional<Error> error;
  for (const Rejection& rejection : std::exchange(letters.sent.rejections, {})) {
    Record& record = letters.sent.records[rejection.index];
    letters.sent.outcomes[rejection.index] = OutcomeKind::kUndecided;
    const bool too_large = rejection.reason == "too_large";
    if (!too_large || record.value.size() <= 1) {
      error =
          Error{ErrorKind::kRetry,
                "the row " + std::string(record.event_id) + " cannot be kept: " + rejection.detail +
                    (too_large ? "; raise max.message.bytes of the dead letter's topic"
                               : "; let its topic take any record: cleanup.policy=delete")};
      continue;
    }
    record.value = Cut(record.value, record.value.size() / 2);
  }
  return error;
}

Guarantee KafkaDeadLetter::guarantee() const { return sink_->guarantee(); }

std::optional<Error> KafkaDeadLetter::Trouble() const { return sink_->Trouble(); }

}  // namespace nsf
