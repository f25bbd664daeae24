// SPDX-License-Identifier: Apache-2.0
// Producing and reports.
#include "adapters/kafka/kafka_producer.h"

#include <syslog.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "adapters/kafka/kafka_message.h"

namespace nsf {
namespace {

constexpr int kPollMs = 100;
constexpr std::chrono::milliseconds kPause{2};

// What became of a record, by what librdkafka or the broker says of it.
struct Judgement {
  OutcomeKind outcome = OutcomeKind::kUndecided;
  const char* reason = "";  // of a rejection
};

Judgement Judge(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return {OutcomeKind::kDelivered, ""};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return {OutcomeKind::kRejected, "too_large"};
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return {OutcomeKind::kRejected, "invalid"};
    default:
      return {OutcomeKind::kUndecided, ""};
  }
}

// The next step of an operator.
std::string NextStep(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return "create the topic; it goes on by itself";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return "grant this user WRITE on the topic; it goes on by itself";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return "grant this user IDEMPOTENT_WRITE on the cluster; it goes on by itself";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return "check sasl.username, sasl.password and sasl.mechanism under `properties`";
    case RD_KAFKA_RESP_ERR__SSL:
      return "check ssl.ca.location and the brokers' certificates";
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return "sending the batch's records one by one to find which";
    default:
      return "check that the brokers run and can be reached; it goes on by itself";
  }
}

}  // namespace

// A batch under way, and one slot a record that was taken.
struct KafkaProducer::Flight {
  SinkBatch* batch = nullptr;
  Done done;
  std::string topic;
  bool alone = false;  // each record in a request of its own
  std::vector<Slot> slots;
  std::atomic<std::size_t> left{1};  // reports, and one for the producing thread
  std::mutex mutex;                  // reports come on one thread, refusals on another
  std::optional<Error> error;
};

struct KafkaProducer::Slot {
  Flight* flight;
  std::size_t index;
};

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::Create(const KafkaSinkConfig& config,
                                                             const KafkaLog& log) {
  auto conf = MakeProducerConf(config);
  if (!conf) return conf.error();
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(config, log));
  rd_kafka_conf_set_opaque(conf->get(), producer.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), OnReport);
  rd_kafka_conf_set_error_cb(conf->get(), OnError);
  rd_kafka_conf_set_log_cb(conf->get(), OnLog);
  char why[512] = "";
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf->get(), why, sizeof why);
  if (client == nullptr) {
    return Error{ErrorKind::kConfiguration, "sink " + config.name + ": " + why +
                                                "; mend the sink's `brokers` or `properties`"};
  }
  static_cast<void>(conf->release());  // the client's now
  producer->client_.reset(client);
  producer->poller_ = std::thread([self = producer.get()] {
    while (!self->ending_ || self->unreported_ > 0) rd_kafka_poll(self->client_.get(), kPollMs);
  });
  return producer;
}

KafkaProducer::~KafkaProducer() {
  if (!poller_.joinable()) return;
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  ending_ = true;
  poller_.join();
  topics_.clear();
}

Result<rd_kafka_topic_t*> KafkaProducer::TopicHandle(const std::string& name) {
  KafkaTopic& topic = topics_[name];
  if (!topic) topic.reset(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  if (!topic) {
    return Error{ErrorKind::kRetry, "topic " + name + ": " +
                                        rd_kafka_err2str(rd_kafka_last_error()) +
                                        "; mend the sink's `topic`"};
  }
  return topic.get();
}

rd_kafka_resp_err_t KafkaProducer::Enqueue(rd_kafka_topic_t* topic, const Record& record,
                                           std::string_view key, rd_kafka_headers_t* headers,
                                           Slot* slot) {
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic;
  parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
  // Not copied, and not written to: the batch stays where it is until its last report.
  parts[1].u.mem = {const_cast<char*>(record.value.data()), record.value.size()};
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {const_cast<char*>(key.data()), key.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[3].u.i64 = std::chrono::milliseconds(record.time.time_since_epoch()).count();
  parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[4].u.headers = headers;
  parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[5].u.ptr = slot;
  rd_kafka_error_t* error = rd_kafka_produceva(client_.get(), parts.data(), parts.size());
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

void KafkaProducer::Produce(SinkBatch& batch, const std::atomic<bool>& stop, Done done) {
  const std::string topic_name = TopicOf(config_.topic, batch);
  const auto topic = TopicHandle(topic_name);
  if (!topic) return done(topic.error());
  auto* flight = new Flight;
  flight->batch = &batch;
  flight->done = std::move(done);
  flight->topic = topic_name;
  flight->alone = alone_.exchange(false);
  flight->slots.reserve(batch.records.size());
  const MessageHeaders headers(batch);
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (batch.outcomes[i] != OutcomeKind::kUndecided) continue;
    flight->slots.push_back({flight, i});
    ++flight->left;
    ++unreported_;
    rd_kafka_headers_t* own = headers.Of(batch.records[i]);
    const auto code = EnqueueWaiting(*topic, own, &flight->slots.back(), stop);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_headers_destroy(own);
      Settle(&flight->slots.back(), code, true);
    }
    while (flight->alone && flight->left > 1 && !stop) std::this_thread::sleep_for(kPause);
  }
  if (--flight->left == 0) Finish(flight);
}

rd_kafka_resp_err_t KafkaProducer::EnqueueWaiting(rd_kafka_topic_t* topic,
                                                  rd_kafka_headers_t* headers, Slot* slot,
                                                  const std::atomic<bool>& stop) {
  const SinkBatch& batch = *slot->flight->batch;
  const Record& record = batch.records[slot->index];
  const std::string_view key = KeyOf(config_.key, batch, record);
  auto code = Enqueue(topic, record, key, headers, slot);
  while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !stop) {
    std::this_thread::sleep_for(kPause);  // back-pressure, not an error
    code = Enqueue(topic, record, key, headers, slot);
  }
  return code;
}

void KafkaProducer::OnReport(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  static_cast<KafkaProducer*>(self)->Settle(static_cast<Slot*>(message->_private), message->err,
                                            false);
}

void KafkaProducer::Settle(Slot* slot, rd_kafka_resp_err_t code, bool local) {
  Flight* flight = slot->flight;
  Judgement judgement = Judge(code);
  // A broker refuses a whole request for one record of it: which, is known when each goes alone.
  if (judgement.outcome == OutcomeKind::kRejected && !local && !flight->alone) {
    judgement = {};
    alone_ = true;
  }
  if (judgement.outcome == OutcomeKind::kDelivered) {
    NoteTrouble(std::nullopt);
  } else {
    const std::lock_guard lock(flight->mutex);
    const std::string said = rd_kafka_err2str(code);
    if (judgement.outcome == OutcomeKind::kRejected) {
      flight->batch->rejections.push_back({slot->index, judgement.reason, said});
    } else {
      flight->error =
          Error{ErrorKind::kRetry, "topic " + flight->topic + ": " + said + "; " + NextStep(code)};
    }
  }
  flight->batch->outcomes[slot->index] = judgement.outcome;
  --unreported_;
  if (--flight->left == 0) Finish(flight);
}

void KafkaProducer::Finish(Flight* flight) {
  const std::unique_ptr<Flight> ended(flight);
  ended->done(std::move(ended->error));
}

void KafkaProducer::OnError(rd_kafka_t* client, int code, const char* reason, void* self) {
  auto* producer = static_cast<KafkaProducer*>(self);
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    char why[512] = "";
    rd_kafka_fatal_error(client, why, sizeof why);
    producer->log_(std::string("the producer failed and is made anew: ") + why);
    producer->fatal_ = true;
    rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    return;
  }
  // The state of one connection of several is not worth an alarm; these are.
  const bool stuck = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
                     error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL;
  if (stuck) producer->NoteTrouble(std::string(reason) + "; " + NextStep(error));
}

void KafkaProducer::OnLog(const rd_kafka_t* client, int level, const char*, const char* text) {
  if (level > LOG_ERR) return;
  static_cast<KafkaProducer*>(rd_kafka_opaque(client))->log_(text);
}

void KafkaProducer::NoteTrouble(std::optional<std::string> what) {
  // Every report of a delivery comes here: no lock unless something changes.
  if (!what && !troubled_) return;
  const std::lock_guard lock(trouble_mutex_);
  troubled_ = what.has_value();
  trouble_ = std::move(what);
}

std::optional<Error> KafkaProducer::Trouble() const {
  if (!troubled_) return std::nullopt;
  const std::lock_guard lock(trouble_mutex_);
  if (!trouble_) return std::nullopt;
  return Error{ErrorKind::kRetry, *trouble_};
}

}  // namespace nsf
