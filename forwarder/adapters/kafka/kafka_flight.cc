// SPDX-License-Identifier: Apache-2.0
// Groups, halves and outcomes.
#include "adapters/kafka/kafka_flight.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace nsf {
namespace {

// Such a code says that nothing came back; why not is told apart from it.
bool LiesInConnection(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
         code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT || code == RD_KAFKA_RESP_ERR__FATAL;
}

}  // namespace

KafkaFlight::KafkaFlight(SinkBatch& batch, Sink::Done done, std::string topic)
    : batch_(batch), done_(std::move(done)), topic_(std::move(topic)) {
  tags_.reserve(batch.records.size());
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (batch.outcomes[i] == OutcomeKind::kUndecided) tags_.push_back({this, i});
  }
  if (tags_.empty()) return;
  Group all;
  all.numbers.resize(tags_.size());
  std::iota(all.numbers.begin(), all.numbers.end(), std::size_t{0});
  groups_.push_back(std::move(all));
}

KafkaTag* KafkaFlight::Next() {
  // After a failure the rest would only wait to fail as well.
  if (failure_ != RD_KAFKA_RESP_ERR_NO_ERROR || groups_.empty()) return nullptr;
  const Group& group = groups_.front();
  if (next_ == group.numbers.size()) return nullptr;
  ++unreported_;
  return &tags_[group.numbers[next_++]];
}

void KafkaFlight::PutBack() {
  --next_;
  --unreported_;
}

void KafkaFlight::Refuse(const KafkaTag& tag, std::string detail) {
  --unreported_;
  batch_.outcomes[tag.index] = OutcomeKind::kRejected;
  batch_.rejections.push_back({tag.index, "too_large", std::move(detail)});
}

void KafkaFlight::Report(const KafkaTag& tag, rd_kafka_resp_err_t code) {
  --unreported_;
  const auto number = static_cast<std::size_t>(&tag - tags_.data());
  switch (JudgeReport(code).fate) {
    case KafkaFate::kDelivered:
      batch_.outcomes[tag.index] = OutcomeKind::kDelivered;
      return;
    case KafkaFate::kMistimed:
      if (!untimed()) {
        mistimed_.push_back(number);
        return;
      }
      [[fallthrough]];
    case KafkaFate::kTooLarge:
    case KafkaFate::kInvalid:
      refused_.push_back(number);
      refusal_ = code;
      return;
    case KafkaFate::kUndecided:
      if (failure_ == RD_KAFKA_RESP_ERR_NO_ERROR) failure_ = code;
      return;
  }
}

KafkaFlight::Progress KafkaFlight::Advance() {
  if (unreported_ > 0) return Progress::kWaiting;
  if (failure_ != RD_KAFKA_RESP_ERR_NO_ERROR || groups_.empty()) return Progress::kEnded;
  if (next_ < groups_.front().numbers.size()) return Progress::kWaiting;
  Regroup();
  return groups_.empty() ? Progress::kEnded : Progress::kAgain;
}

// The first group is sent and reported: what of it has to go again, and how.
void KafkaFlight::Regroup() {
  const Group sent = std::move(groups_.front());
  groups_.pop_front();
  next_ = 0;
  // Reports come by partition; a record keeps its place among those of its key.
  std::sort(refused_.begin(), refused_.end());
  std::sort(mistimed_.begin(), mistimed_.end());
  if (!mistimed_.empty()) {
    groups_.push_front({std::exchange(mistimed_, {}), sent.alone, true});
  }
  if (refused_.empty()) return;
  const std::vector<std::size_t> refused = std::exchange(refused_, {});
  if (sent.alone && sent.numbers.size() == 1) {
    const bool too_large = JudgeReport(refusal_).fate == KafkaFate::kTooLarge;
    Reject(refused.front(), too_large ? "too_large" : "invalid",
           std::string("refused by the broker, alone in its request: ") +
               rd_kafka_err2str(refusal_) +
               (too_large ? "; raise max.message.bytes of topic " + topic_ : ""));
    return;
  }
  const auto middle = refused.begin() + static_cast<std::ptrdiff_t>(refused.size() / 2);
  groups_.push_front({{middle, refused.end()}, true, sent.untimed});
  if (middle != refused.begin()) {
    groups_.push_front({{refused.begin(), middle}, true, sent.untimed});
  }
}

void KafkaFlight::Reject(std::size_t number, std::string_view reason, std::string detail) {
  const std::size_t index = tags_[number].index;
  batch_.outcomes[index] = OutcomeKind::kRejected;
  batch_.rejections.push_back({index, std::string(reason), std::move(detail)});
}

void KafkaFlight::End(const KafkaFailure& connection) {
  const auto undecided =
      std::count(batch_.outcomes.begin(), batch_.outcomes.end(), OutcomeKind::kUndecided);
  if (undecided == 0) return done_(std::nullopt);
  std::string message = "topic " + topic_ + ": " + std::to_string(undecided) + " of " +
                        std::to_string(batch_.records.size()) + " records are not delivered: ";
  message += failure_ == RD_KAFKA_RESP_ERR_NO_ERROR ? "given up before they were reported"
                                                    : rd_kafka_err2str(failure_);
  std::string_view next = JudgeReport(failure_).next_step;
  if (LiesInConnection(failure_) && !connection.text.empty()) {
    message += " (" + connection.text + ')';
    if (!connection.next_step.empty()) next = connection.next_step;
  }
  if (!next.empty()) message += "; " + std::string(next);
  done_(Error{ErrorKind::kRetry, std::move(message)});
}

}  // namespace nsf
