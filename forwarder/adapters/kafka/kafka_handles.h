// SPDX-License-Identifier: Apache-2.0
// librdkafka's handles with owners, and its configuration as this program needs it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/kafka/kafka_settings.h"
#include "ports/result.h"

namespace nsf {

struct KafkaDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaDeleter>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, KafkaDeleter>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, KafkaDeleter>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaDeleter>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaDeleter>;
using KafkaClient = std::unique_ptr<rd_kafka_t, KafkaDeleter>;

// A producer's configuration: our defaults, then the user's properties, then what the guarantee
// rests on, and `own`. Fails with kConfiguration, naming the property but never the value of a
// secret.
Result<KafkaConf> MakeProducerConf(const KafkaSinkConfig& config, const KafkaProperties& own = {});

// The same of a consumer: the user's properties, and `own`.
Result<KafkaConf> MakeConsumerConf(const KafkaSinkConfig& config, const KafkaProperties& own);

// Has the client log in with what `config.login` holds, if that is newer than `*version`.
void TakeUpLogin(rd_kafka_t* client, const KafkaSinkConfig& config, std::uint64_t* version);

// `text`, which librdkafka wrote, with every secret of `config` blotted out.
std::string WithoutSecrets(std::string text, const KafkaSinkConfig& config);

}  // namespace nsf
