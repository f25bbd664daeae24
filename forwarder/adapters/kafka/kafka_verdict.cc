// SPDX-License-Identifier: Apache-2.0
// The table.
#include "adapters/kafka/kafka_verdict.h"

namespace nsf {
namespace {

// Before 2.6.1 librdkafka repeats its nonce in SCRAM's last message, which brokers let pass until
// Kafka 4 (RFC 5802, 5.1); they then blame the password.
std::string_view LogInStep() {
  constexpr int kScramMended = 0x020601ff;
  return rd_kafka_version() >= kScramMended
             ? "check sasl.mechanism, sasl.username and sasl.password under `properties`"
             : "check sasl.mechanism, sasl.username and sasl.password under `properties` "
               "(brokers of Kafka 4 and newer refuse SCRAM of librdkafka before 2.6.1, as this one "
               "is: there take PLAIN over TLS, client certificates, or a newer librdkafka)";
}

}  // namespace

KafkaVerdict JudgeReport(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return {KafkaFate::kDelivered, ""};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return {KafkaFate::kTooLarge, ""};
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return {KafkaFate::kInvalid, ""};
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return {KafkaFate::kMistimed, ""};
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {KafkaFate::kUndecided, "create the topic, and it goes on by itself"};
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return {KafkaFate::kUndecided, "mend the sink's `topic`"};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return {KafkaFate::kUndecided,
              "grant this user WRITE and DESCRIBE on the topic, and it goes on by itself"};
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return {KafkaFate::kUndecided,
              "grant this user IDEMPOTENT_WRITE on the cluster, and it goes on by itself"};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return {KafkaFate::kUndecided, LogInStep()};
    case RD_KAFKA_RESP_ERR__SSL:
      return {KafkaFate::kUndecided,
              "check ssl.ca.location under `properties` and the brokers' certificates"};
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return {KafkaFate::kUndecided,
              "bring the topic's replicas back (min.insync.replicas), and it goes on by itself"};
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__FATAL:
      return {KafkaFate::kUndecided, "it is sent again by a new producer"};
    default:
      return {KafkaFate::kUndecided,
              "check that the brokers run and can be reached, and it goes on by itself"};
  }
}

}  // namespace nsf
