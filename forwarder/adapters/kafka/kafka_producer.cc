// SPDX-License-Identifier: Apache-2.0
// Calls of librdkafka, and its callbacks.
#include "adapters/kafka/kafka_producer.h"

#include <syslog.h>

#include <array>
#include <charconv>
#include <utility>

namespace nsf {
namespace {

constexpr int kAskMs = 1000;
// The same line of the log is not written again before.
constexpr std::chrono::minutes kSameAgain{1};

// Subjects of librdkafka's log.
constexpr std::string_view kAddPartitions = "ADDPARTS";
constexpr std::string_view kTransactionError = "TXNERR";
constexpr std::string_view kFatal = "FATAL";

std::size_t NumberOf(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 32> text{};
  std::size_t size = text.size();
  std::size_t number = 0;
  if (rd_kafka_conf_get(conf, name, text.data(), &size) == RD_KAFKA_CONF_OK) {
    std::from_chars(text.data(), text.data() + size, number);
  }
  return number;
}

// librdkafka takes bytes by a pointer that is not const, and writes to none of them.
void SetBytes(rd_kafka_vu_t* part, rd_kafka_vtype_t type, std::string_view bytes) {
  part->vtype = type;
  part->u.mem.ptr = bytes.empty() ? nullptr : const_cast<char*>(bytes.data());
  part->u.mem.size = bytes.size();
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::Create(const KafkaSinkConfig& config,
                                                             const KafkaLog& log,
                                                             const KafkaProperties& own) {
  auto conf = MakeProducerConf(config, own);
  if (!conf) return std::move(conf).error();
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(config, log));
  producer->login_ = config.login->Get().version;
  producer->transactional_ = own.contains("transactional.id");
  producer->max_message_bytes_ = NumberOf(conf->get(), "message.max.bytes");
  rd_kafka_conf_set_opaque(conf->get(), producer.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), OnReport);
  rd_kafka_conf_set_error_cb(conf->get(), OnError);
  rd_kafka_conf_set_log_cb(conf->get(), OnLog);
  std::array<char, 512> why{};
  producer->client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf->get(), why.data(), why.size()));
  if (!producer->client_) {
    return Error{ErrorKind::kConfiguration, "sink " + config.name + ": " +
                                                WithoutSecrets(why.data(), config) +
                                                "; mend the sink's `brokers` or `properties`"};
  }
  static_cast<void>(conf->release());  // the client's now
  rd_kafka_set_log_queue(producer->client_.get(), nullptr);
  producer->queue_.reset(rd_kafka_queue_get_main(producer->client_.get()));
  return producer;
}

KafkaProducer::~KafkaProducer() = default;

rd_kafka_topic_t* KafkaProducer::Topic(const std::string& name) {
  KafkaTopic& topic = topics_[name];
  if (!topic) topic.reset(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  return topic.get();
}

rd_kafka_resp_err_t KafkaProducer::Send(KafkaMessage message) {
  std::array<rd_kafka_vu_t, 7> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = message.topic;
  SetBytes(&parts[1], RD_KAFKA_VTYPE_VALUE, message.value);
  SetBytes(&parts[2], RD_KAFKA_VTYPE_KEY, message.key);
  parts[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[3].u.i64 = message.time.count();
  parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[4].u.headers = message.headers.get();
  parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[5].u.ptr = message.tag;
  parts[6].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[6].u.i32 = message.partition;
  const KafkaError error(rd_kafka_produceva(client_.get(), parts.data(), parts.size()));
  if (error) return rd_kafka_error_code(error.get());
  static_cast<void>(message.headers.release());  // the message's now
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaProducer::Poll(std::chrono::milliseconds wait) {
  TakeUpLogin(client_.get(), config_, &login_);
  rd_kafka_poll(client_.get(), static_cast<int>(wait.count()));
}

rd_kafka_resp_err_t KafkaProducer::LookInto(const std::string& topic) {
  const rd_kafka_metadata_t* answer = nullptr;
  const auto failed = rd_kafka_metadata(client_.get(), 0, Topic(topic), &answer, kAskMs);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return RD_KAFKA_RESP_ERR_NO_ERROR;  // connections tell of themselves
  }
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owner(
      answer, &rd_kafka_metadata_destroy);
  if (answer->topic_cnt != 1 || answer->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  const auto code = answer->topics[0].err;
  cut_off_ = true;
  last_failure_ = {"topic " + topic + ": " + rd_kafka_err2str(code), JudgeReport(code).next_step};
  return code;
}

void KafkaProducer::Purge() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void KafkaProducer::Wake() { rd_kafka_queue_yield(queue_.get()); }

void KafkaProducer::OnReport(rd_kafka_t* /*client*/, const rd_kafka_message_t* message,
                             void* self) {
  const auto* tag = static_cast<const KafkaTag*>(message->_private);
  tag->sender->Report(*tag, message->err);
  auto* producer = static_cast<KafkaProducer*>(self);
  ++producer->reports_;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  producer->cut_off_ = false;
  producer->last_failure_ = {};
}

void KafkaProducer::OnError(rd_kafka_t* client, int code, const char* reason, void* self) {
  auto* producer = static_cast<KafkaProducer*>(self);
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> why{};
    rd_kafka_fatal_error(client, why.data(), why.size());
    producer->fatal_ = true;
    producer->last_failure_ = {WithoutSecrets(why.data(), producer->config_), {}};
    if (producer->transactional_) return;  // whoever makes transactions tells
    producer->log_("the producer failed and is made anew: " + producer->last_failure_.text);
  } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    producer->cut_off_ = true;
    // Why was told before, by a broker's own error; but for one that went away at once.
    if (producer->last_failure_.text.empty()) {
      producer->last_failure_ = {"no broker can be reached", JudgeReport(error).next_step};
    }
  } else {
    producer->last_failure_ = {WithoutSecrets(reason, producer->config_),
                               JudgeReport(error).next_step};
    // Of one that lets nobody in it is not told that it is down.
    producer->cut_off_ |= error == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
                          error == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
                          error == RD_KAFKA_RESP_ERR__SSL;
  }
}

// A line of log: "[thread]: broker: Failed to add partition ...". Of those that were not tried
// because of another one nothing is to be learned.
void KafkaProducer::NotePartition(const std::string& text) {
  if (!partition_refusal_.empty()) return;
  if (text.find(rd_kafka_err2str(RD_KAFKA_RESP_ERR_OPERATION_NOT_ATTEMPTED)) != std::string::npos) {
    return;
  }
  const auto begin = text.find("Failed to add");
  partition_refusal_ = begin == std::string::npos ? text : text.substr(begin);
}

// Down to warnings; all, when the user asked for `debug`.
void KafkaProducer::OnLog(const rd_kafka_t* client, int level, const char* facility,
                          const char* text) {
  auto* producer = static_cast<KafkaProducer*>(rd_kafka_opaque(client));
  const std::string_view about = facility;
  if (about == kAddPartitions) producer->NotePartition(text);
  // What a transaction has come to is told by whoever makes it.
  const bool told = about == kAddPartitions || about == kTransactionError || about == kFatal;
  if (told && producer->config_.properties.count("debug") == 0) return;
  if (level > LOG_WARNING && producer->config_.properties.count("debug") == 0) return;
  producer->Log(std::string("librdkafka ") + facility + ": " +
                WithoutSecrets(text, producer->config_));
}

// While a coordinator is looked for the same line comes some hundred times a second.
void KafkaProducer::Log(std::string line) {
  const auto now = std::chrono::steady_clock::now();
  if (line == last_line_ && now - last_line_at_ < kSameAgain) return;
  log_(line);
  last_line_ = std::move(line);
  last_line_at_ = now;
}

}  // namespace nsf
