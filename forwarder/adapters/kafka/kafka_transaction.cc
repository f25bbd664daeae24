// SPDX-License-Identifier: Apache-2.0
// Begin, send, commit; and what a refusal costs.
#include "adapters/kafka/kafka_transaction.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <numeric>
#include <utility>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_letters.h"

namespace nsf {
namespace {

using Kind = KafkaTransacted::Kind;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr int kCallMs = 500;         // librdkafka's calls go on where they were left
constexpr milliseconds kSlice{100};  // between two looks around
constexpr std::size_t kSendsPerPoll = 1000;
// Messages of a transaction, and how long it is open, before it takes no more.
constexpr std::size_t kEnough = 50'000;
constexpr milliseconds kLongest{1000};
constexpr milliseconds kLook{5};  // for what has become ready
// librdkafka 2.0.2 goes on with the sequence numbers behind those of a request that a broker
// refused, also in the next transaction, and the broker misses them. The abort that follows makes
// it begin anew. So often in a row it is taken for that.
constexpr int kMostGaps = 3;

bool IsFence(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

KafkaTransacted Fatal(rd_kafka_t* client, const rd_kafka_error_t* error) {
  std::array<char, 512> why{};
  const auto code = rd_kafka_fatal_error(client, why.data(), why.size());
  if (IsFence(code) || IsFence(rd_kafka_error_code(error))) {
    return {Kind::kFenced, "another producer has taken the place of this one"};
  }
  return {Kind::kUnknown, rd_kafka_error_string(error), rd_kafka_error_code(error)};
}

bool IsRefusal(KafkaFate fate) {
  return fate == KafkaFate::kTooLarge || fate == KafkaFate::kInvalid ||
         fate == KafkaFate::kMistimed;
}

}  // namespace

KafkaTransacted CallForTransaction(KafkaProducer& producer, const std::function<bool()>& goes_on,
                                   const std::function<rd_kafka_error_t*(int wait_ms)>& call) {
  while (true) {
    const KafkaError error(call(kCallMs));
    if (!error) return {};
    if (rd_kafka_error_is_retriable(error.get()) != 0) {
      producer.Poll(kSlice);
      if (goes_on()) continue;
      return {Kind::kUnknown, "given up before it was answered"};
    }
    if (rd_kafka_error_txn_requires_abort(error.get()) != 0) {
      return {Kind::kFailed, rd_kafka_error_string(error.get()), rd_kafka_error_code(error.get())};
    }
    return Fatal(producer.client(), error.get());
  }
}

std::string TransactionalId(const KafkaStateConfig& config, std::int32_t partition) {
  return config.topic + '.' + std::to_string(partition);
}

std::string StepForTransactionalId(const KafkaStateConfig& config, std::int32_t partition) {
  return "grant this user WRITE and DESCRIBE on the transactional id " +
         TransactionalId(config, partition) + ", and it goes on by itself";
}

KafkaTransaction::KafkaTransaction(const KafkaStateConfig& config, std::int32_t partition,
                                   KafkaProducer& producer, const KafkaLog& log,
                                   std::function<bool()> goes_on)
    : config_(config),
      partition_(partition),
      producer_(producer),
      log_(log),
      goes_on_(std::move(goes_on)) {}

void KafkaTransaction::Add(SinkBatch& batch) {
  const bool dead = !batch.refusals.empty();
  const KafkaSinkConfig& sink = dead ? *config_.dead_letter : config_.sink;
  SinkBatch letters;
  if (dead) letters = LettersOf(batch);
  parts_.push_back({&batch, std::move(letters), TopicOf(sink.topic, batch),
                    dead ? KafkaKey::kId : sink.key, MessageHeaders(batch)});
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (batch.outcomes[i] != OutcomeKind::kUndecided) continue;
    groups_.front().push_back(items_.size());
    items_.push_back({{this, items_.size()}, &parts_.back(), i});
  }
}

void KafkaTransaction::Add(const StateChange& change) {
  groups_.front().push_back(items_.size());
  items_.push_back({{this, items_.size()}, nullptr, 0, &change});
}

void KafkaTransaction::Add(KafkaWitness witness) {
  witnesses_.push_back(std::move(witness));
  groups_.front().push_back(items_.size());
  items_.push_back({{this, items_.size()}, nullptr, 0, nullptr, &witnesses_.back()});
}

const std::string& KafkaTransaction::TopicOfItem(const Item& item) const {
  if (item.part != nullptr) return item.part->topic;
  return item.witness != nullptr ? item.witness->topic : config_.topic;
}

std::set<std::string> KafkaTransaction::topics() const {
  std::set<std::string> topics{config_.topic};
  for (const KafkaWitness& witness : witnesses_) topics.insert(witness.topic);
  for (const Part& part : parts_) topics.insert(part.topic);
  return topics;
}

KafkaTransacted KafkaTransaction::Run() {
  while (true) {
    if (const auto end = Attempt()) return *end;
  }
}

std::optional<KafkaTransacted> KafkaTransaction::Attempt() {
  if (auto begun = Begin(); begun.kind != Kind::kDone) return begun;
  producer_.ForgetPartitionRefusal();
  for (Item& item : items_) item.report = RD_KAFKA_RESP_ERR__NOENT;  // none yet
  // The commit waits for the reports of the last group, and knows sooner than they why none come.
  const bool sent = std::all_of(groups_.begin(), groups_.end(),
                                [this](const Numbers& group) {
                                  return Send(group) && (&group == &groups_.back() || Await());
                                }) &&
                    SendMore();
  KafkaTransacted committed{Kind::kFailed, "it was given up"};
  if (sent) committed = Commit();
  // The coordinator calls it an error to abort what it does not know of yet: librdkafka asks it for
  // that as soon as it has tried to tell it.
  if (!sent && !bad_) Await();
  if (committed.kind == Kind::kDone) Settle();
  if (committed.kind != Kind::kFailed) return committed;
  const KafkaTransacted aborted = Abort();
  if (aborted.kind == Kind::kDone) return Judge(committed);
  // The producer is at its end. Nothing is committed all the same, as nobody was asked to: why that
  // is so tells more than why it could not be aborted.
  if (aborted.kind != Kind::kUnknown || !goes_on_()) return aborted;
  KafkaTransacted broken = Failure(committed);
  broken.kind = Kind::kBroken;
  return broken;
}

bool KafkaTransaction::Send(const Numbers& numbers) {
  bad_ = false;
  bool all = true;
  std::size_t sent = 0;
  for (const std::size_t number : numbers) {
    switch (SendOne(items_[number])) {
      case Sent::kTaken:
        break;
      case Sent::kRefused:
        all = false;  // others may be too large as well
        break;
      case Sent::kStuck:
        return false;
    }
    if (++sent % kSendsPerPoll == 0) producer_.Poll(milliseconds(0));
    if (bad_) return false;
  }
  return all;
}

bool KafkaTransaction::Await() {
  while (unreported_ > 0 && !bad_ && goes_on_()) producer_.Poll(kSlice);
  return unreported_ == 0 && !bad_;
}

// What a transaction costs beside its records is the same for few and for many, and while it ends
// the brokers have nothing to do: as long as more comes it goes on, for some time.
bool KafkaTransaction::SendMore() {
  const auto begun = Steady::now();
  auto reported_at = begun;
  while (more_ && items_.size() < kEnough && Steady::now() - begun < kLongest && !bad_) {
    const std::size_t first = items_.size();
    if (more_()) {
      Numbers added(items_.size() - first);
      std::iota(added.begin(), added.end(), first);
      if (!Send(added)) return false;
      continue;
    }
    if (unreported_ == 0 || !goes_on_()) break;
    const std::size_t before = unreported_;
    producer_.Poll(kLook);
    if (unreported_ < before) reported_at = Steady::now();
    // Where none come the commit knows sooner why.
    if (Steady::now() - reported_at > kSlice) break;
  }
  return true;
}

KafkaTransaction::Sent KafkaTransaction::SendOne(Item& item) {
  while (true) {
    const auto code = producer_.Send(Message(item));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++unreported_;
      return Sent::kTaken;
    }
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      producer_.Poll(kSlice);
      if (bad_ || !goes_on_()) return Sent::kStuck;
    } else if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      Refuse(item, "too_large",
             std::to_string(SizeOf(item)) +
                 " bytes, and key and headers: more than message.max.bytes, " +
                 std::to_string(producer_.max_message_bytes()));
      if (!stuck_.empty()) return Sent::kStuck;
      if (item.part->letters.records.empty()) return Sent::kRefused;
    } else {
      item.report = code;
      return Sent::kStuck;
    }
  }
}

std::size_t KafkaTransaction::SizeOf(const Item& item) {
  if (item.witness != nullptr) return item.witness->value.size();
  if (item.part == nullptr) return item.change->value.value_or("").size();
  return item.part->sent().records[item.index].value.size();
}

KafkaMessage KafkaTransaction::Message(Item& item) {
  KafkaMessage message;
  if (item.witness != nullptr) {
    message.topic = producer_.Topic(item.witness->topic);
    message.partition = item.witness->partition;
    message.key = item.witness->key;
    message.value = item.witness->value;
  } else if (item.part != nullptr) {
    message =
        MessageOf(item.part->key, item.part->sent(), item.index, item.part->headers, item.untimed);
    message.topic = producer_.Topic(item.part->topic);
  } else {
    message.topic = producer_.Topic(config_.topic);
    message.partition = partition_;
    message.key = item.change->key;
    if (item.change->value) message.value = *item.change->value;
  }
  message.tag = &item.tag;
  return message;
}

void KafkaTransaction::Report(const KafkaTag& tag, rd_kafka_resp_err_t code) {
  --unreported_;
  items_[tag.index].report = code;
  bad_ |= code != RD_KAFKA_RESP_ERR_NO_ERROR;
}

KafkaTransacted KafkaTransaction::Begin() {
  return CallForTransaction(producer_, goes_on_, [this](int /*wait_ms*/) {
    return rd_kafka_begin_transaction(producer_.client());
  });
}

// Never aborted once the answer is missing: the call is repeated until it has come.
KafkaTransacted KafkaTransaction::Commit() {
  return CallForTransaction(producer_, goes_on_, [this](int wait_ms) {
    return rd_kafka_commit_transaction(producer_.client(), wait_ms);
  });
}

KafkaTransacted KafkaTransaction::Abort() {
  auto aborted = CallForTransaction(producer_, goes_on_, [this](int wait_ms) {
    return rd_kafka_abort_transaction(producer_.client(), wait_ms);
  });
  if (aborted.kind == Kind::kFailed) aborted.kind = Kind::kUnknown;  // nothing else is left to do
  while (aborted.kind == Kind::kDone && unreported_ > 0) {
    producer_.Poll(kSlice);
    if (!goes_on_()) return {Kind::kUnknown, "given up before it was aborted"};
  }
  return aborted;
}

KafkaFate KafkaTransaction::FateOf(std::size_t number) const {
  return JudgeReport(items_[number].report).fate;
}

std::optional<KafkaTransacted> KafkaTransaction::Judge(const KafkaTransacted& otherwise) {
  Numbers refused;
  for (std::size_t number = 0; number < items_.size(); ++number) {
    Item& item = items_[number];
    const KafkaFate fate = FateOf(number);
    if (fate == KafkaFate::kMistimed && !std::exchange(item.untimed, true)) {
      learned_ = true;
    } else if (IsRefusal(fate)) {
      refused.push_back(number);
    }
  }
  if (!refused.empty()) {
    gaps_ = 0;
    for (Numbers& group : groups_) {
      std::erase_if(group, [this](std::size_t number) { return IsRefusal(FateOf(number)); });
    }
    if (auto isolated = Isolate(refused); isolated.kind != Kind::kDone) return isolated;
  }
  if (!stuck_.empty()) return KafkaTransacted{Kind::kFailed, stuck_};
  if (refused_) return KafkaTransacted{Kind::kRefused, "records were refused"};
  if (std::exchange(learned_, false)) return std::nullopt;
  const bool gap = otherwise.code == RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
  if (gap && ++gaps_ <= kMostGaps) return std::nullopt;
  return Failure(otherwise);
}

KafkaTransacted KafkaTransaction::Isolate(const Numbers& refused) {
  if (refused.size() == 1) {
    Item& item = items_[refused.front()];
    const bool too_large = FateOf(refused.front()) == KafkaFate::kTooLarge;
    const std::string& topic = TopicOfItem(item);
    Refuse(item, too_large ? "too_large" : "invalid",
           std::string("refused by the broker, alone in its request: ") +
               rd_kafka_err2str(item.report) +
               (too_large ? "; raise max.message.bytes of topic " + topic : ""));
    groups_.push_back(refused);  // a letter that is cut now
    return {};
  }
  const auto middle = refused.begin() + static_cast<std::ptrdiff_t>(refused.size() / 2);
  for (const Numbers& half : {Numbers(refused.begin(), middle), Numbers(middle, refused.end())}) {
    Numbers again;
    if (auto tried = TryAlone(half, again); tried.kind != Kind::kDone) return tried;
    learned_ = true;
    groups_.emplace_back();
    std::set_difference(half.begin(), half.end(), again.begin(), again.end(),
                        std::back_inserter(groups_.back()));
    if (again.empty()) continue;
    if (auto isolated = Isolate(again); isolated.kind != Kind::kDone) return isolated;
  }
  return {};
}

KafkaTransacted KafkaTransaction::TryAlone(const Numbers& half, Numbers& refused) {
  while (true) {
    if (auto begun = Begin(); begun.kind != Kind::kDone) return begun;
    for (const std::size_t number : half) items_[number].report = RD_KAFKA_RESP_ERR__NOENT;
    const bool good = Send(half) && Await();
    if (auto aborted = Abort(); aborted.kind != Kind::kDone) return aborted;
    std::copy_if(half.begin(), half.end(), std::back_inserter(refused),
                 [this](std::size_t number) { return IsRefusal(FateOf(number)); });
    if (good || !refused.empty()) return {};
    // librdkafka empties its queues when a transaction fails, and does not wait for that: it may
    // come to the queues of the next one.
    bool emptied = false;
    bool failed = false;
    for (const std::size_t number : half) {
      const auto report = items_[number].report;
      emptied |= report == RD_KAFKA_RESP_ERR__PURGE_QUEUE;
      failed |= report != RD_KAFKA_RESP_ERR__PURGE_QUEUE && report != RD_KAFKA_RESP_ERR__NOENT &&
                report != RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (!emptied || failed || !goes_on_()) return Failure({Kind::kFailed, "it was given up"});
  }
}

void KafkaTransaction::Refuse(Item& item, const std::string& reason, const std::string& detail) {
  if (item.part == nullptr) {
    const std::string& key = item.witness != nullptr ? item.witness->key : item.change->key;
    stuck_ = "an entry of the state, " + key + ", cannot be kept: " + detail +
             "; lower batch.events, or raise message.max.bytes of the sink and max.message.bytes "
             "of topic " +
             config_.topic;
    return;
  }
  Part& part = *item.part;
  if (part.letters.records.empty()) {
    part.given->outcomes[item.index] = OutcomeKind::kRejected;
    part.given->rejections.push_back({item.index, reason, detail});
    refused_ = true;
    return;
  }
  Record& letter = part.letters.records[item.index];
  if (reason == "too_large" && CutLetter(letter)) {
    learned_ = true;
    return;
  }
  stuck_ = "the row " + std::string(letter.event_id) + " cannot be kept: " + detail +
           "; let the dead letter's topic take any record: cleanup.policy=delete";
}

void KafkaTransaction::Settle() {
  for (const Item& item : items_) {
    if (item.part == nullptr) continue;
    item.part->given->outcomes[item.index] = OutcomeKind::kDelivered;
    if (item.part->letters.records.empty()) continue;
    const std::string cut = CutText(item.part->letters.records[item.index]);
    if (!cut.empty()) log_(cut);
  }
}

KafkaTransacted KafkaTransaction::Failure(const KafkaTransacted& otherwise) const {
  for (const Item& item : items_) {
    const bool told = item.report != RD_KAFKA_RESP_ERR_NO_ERROR &&
                      item.report != RD_KAFKA_RESP_ERR__NOENT &&
                      item.report != RD_KAFKA_RESP_ERR__PURGE_QUEUE &&
                      item.report != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    if (!told) continue;
    const KafkaFailure& connection = producer_.last_failure();
    const std::string topic = TopicOfItem(item);
    std::string message = "topic " + topic + ": " + rd_kafka_err2str(item.report);
    std::string_view next = JudgeReport(item.report).next_step;
    if (!connection.text.empty()) {
      message += " (" + connection.text + ')';
      if (!connection.next_step.empty()) next = connection.next_step;
    }
    return {Kind::kFailed, message + "; " + std::string(next)};
  }
  producer_.Poll(milliseconds(0));  // what librdkafka has to say of partitions
  const std::string& refusal = producer_.partition_refusal();
  std::string message =
      "the transaction was aborted: " + (refusal.empty() ? otherwise.message : refusal) + "; ";
  if (otherwise.code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    message += "it is made again";
  } else if (otherwise.code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED) {
    message += StepForTransactionalId(config_, partition_);
  } else {
    message += JudgeReport(otherwise.code).next_step;
  }
  return {Kind::kFailed, std::move(message)};
}

}  // namespace nsf
