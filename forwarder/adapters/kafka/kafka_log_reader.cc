// SPDX-License-Identifier: Apache-2.0
// Two clients: one that is told where the partition ends, and one that sees what was committed.
#include "adapters/kafka/kafka_log_reader.h"

#include <array>
#include <string_view>
#include <utility>

#include "adapters/kafka/kafka_verdict.h"

namespace nsf {
namespace {

constexpr int kAskMs = 3000;
constexpr int kSliceMs = 100;
constexpr std::size_t kMostInPiece = 1000;

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

Error Describe(const std::string& topic, rd_kafka_resp_err_t code) {
  std::string_view next = "check that the brokers run and can be reached, and it goes on by itself";
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      next = "grant this user READ, WRITE and DESCRIBE on it, and it goes on by itself";
      break;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__SSL:
      next = JudgeReport(code).next_step;
      break;
    default:
      break;
  }
  return {ErrorKind::kRetry, "the state's topic " + topic + " cannot be read: " +
                                 rd_kafka_err2str(code) + "; " + std::string(next)};
}

std::string_view Bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

// Else librdkafka takes a second to find the leader of a partition.
Result<void> FindLeaders(rd_kafka_t* client, const std::string& name) {
  const KafkaTopic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  const rd_kafka_metadata_t* known = nullptr;
  const auto code = rd_kafka_metadata(client, 0, topic.get(), &known, kAskMs);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Describe(name, code);
  rd_kafka_metadata_destroy(known);
  return {};
}

StateChange ChangeOf(const rd_kafka_message_t& message) {
  StateChange change{std::string(Bytes(message.key, message.key_len)), std::nullopt};
  if (message.payload != nullptr) change.value = Bytes(message.payload, message.len);
  return change;
}

}  // namespace

Result<KafkaClient> MakeLogConsumer(const KafkaStateConfig& config, const char* isolation) {
  auto conf = MakeConsumerConf(config.sink, {{"isolation.level", isolation},
                                             {"enable.partition.eof", "true"},
                                             // The end is told by a fetch that finds nothing.
                                             {"fetch.wait.max.ms", "10"},
                                             {"enable.auto.commit", "false"}});
  if (!conf) return conf.error();
  std::array<char, 512> why{};
  KafkaClient client(rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), why.data(), why.size()));
  if (!client) {
    return Error{ErrorKind::kConfiguration, "sink " + config.sink.name + ": " +
                                                WithoutSecrets(why.data(), config.sink) +
                                                "; mend the sink's `brokers` or `properties`"};
  }
  static_cast<void>(conf->release());  // the client's now
  return client;
}

Result<std::int64_t> EndOfPartition(const KafkaStateConfig& config, std::int32_t partition) {
  // Any other client, a producer too, is told where the first open transaction begins.
  const auto client = MakeLogConsumer(config, "read_uncommitted");
  if (!client) return client.error();
  if (auto found = FindLeaders(client->get(), config.topic); !found) return found.error();
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto code = rd_kafka_query_watermark_offsets(client->get(), config.topic.c_str(), partition,
                                                     &low, &high, kAskMs);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Describe(config.topic, code);
  return high;
}

KafkaLogReader::KafkaLogReader(const KafkaStateConfig& config, std::int32_t partition,
                               KafkaLogMark mark, KafkaClient client)
    : config_(config),
      partition_(partition),
      mark_(std::move(mark)),
      client_(std::move(client)),
      topic_(rd_kafka_topic_new(client_.get(), config.topic.c_str(), nullptr)) {}

KafkaLogReader::~KafkaLogReader() {
  if (fetching_) rd_kafka_consume_stop(topic_.get(), partition_);
}

Result<std::unique_ptr<KafkaLogReader>> KafkaLogReader::Begin(const KafkaStateConfig& config,
                                                              std::int32_t partition,
                                                              KafkaLogMark mark) {
  auto client = MakeLogConsumer(config, "read_committed");
  if (!client) return client.error();
  if (auto found = FindLeaders(client->get(), config.topic); !found) return found.error();
  std::unique_ptr<KafkaLogReader> reader(
      new KafkaLogReader(config, partition, std::move(mark), std::move(client).value()));
  if (rd_kafka_consume_start(reader->topic_.get(), partition, RD_KAFKA_OFFSET_BEGINNING) != 0) {
    return Describe(config.topic, rd_kafka_last_error());
  }
  reader->fetching_ = true;
  return reader;
}

bool KafkaLogReader::IsOverdue() {
  const auto now = std::chrono::steady_clock::now();
  if (!missed_since_) missed_since_ = now;
  return now - *missed_since_ > mark_.patience;
}

Result<LogPiece> KafkaLogReader::Next(const std::function<bool()>& goes_on) {
  LogPiece piece;
  while (goes_on()) {
    rd_kafka_poll(client_.get(), 0);
    const Message message(rd_kafka_consume(topic_.get(), partition_, kSliceMs));
    if (missed_since_ && IsOverdue()) {
      return Error{ErrorKind::kRetry,
                   "the state's topic " + config_.topic +
                       " cannot be read: the leader of partition " + std::to_string(partition_) +
                       " does not show what was committed, and may have been replaced; it is asked "
                       "for again"};
    }
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (!mark_.value.empty() && message->offset >= mark_.end) {
        IsOverdue();  // from now on
        continue;
      }
      piece.end = message->offset;
      return piece;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return Describe(config_.topic, message->err);
    if (message->key == nullptr) {
      return Error{ErrorKind::kStop, "topic " + config_.topic +
                                         " holds messages without a key: it is no state of this "
                                         "program; name a topic of its own as state.topic"};
    }
    StateChange change = ChangeOf(*message);
    if (change.key == KafkaLogMark::kKey) {
      if (change.value == mark_.value) {
        mark_.value.clear();
        missed_since_.reset();
      }
      continue;
    }
    piece.changes.push_back(std::move(change));
    if (piece.changes.size() == kMostInPiece) return piece;
  }
  return Error{ErrorKind::kRetry, "given up while the state's topic was read"};
}

}  // namespace nsf
