// SPDX-License-Identifier: Apache-2.0
// A client that only asks. A consumer: to a producer brokers may answer by creating the topic.
#include "adapters/kafka/kafka_probe.h"

#include <algorithm>
#include <array>
#include <memory>

#include "adapters/kafka/kafka_handles.h"
#include "adapters/kafka/kafka_verdict.h"

namespace nsf {
namespace {

using Clock = std::chrono::steady_clock;

// An address that answered nothing twice is not asked for longer.
constexpr std::chrono::milliseconds kAskedAgain{3000};
constexpr std::chrono::milliseconds kSlice{500};

// The reason that tells most, of those that librdkafka gave.
struct Trouble {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string words;

  // Waiting does not mend it.
  bool IsFinal() const {
    return code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED;
  }

  static void Note(rd_kafka_t* /*client*/, int code, const char* reason, void* opaque) {
    auto* trouble = static_cast<Trouble*>(opaque);
    // That all are down says less than why one is.
    if (trouble->IsFinal() || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
    *trouble = {static_cast<rd_kafka_resp_err_t>(code), reason};
  }
};

struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;

Result<KafkaClient> MakeClient(const KafkaSinkConfig& config, Trouble* trouble) {
  auto conf = MakeProducerConf(config);
  if (!conf) return conf.error();
  // Without a callback errors are written to stderr.
  rd_kafka_conf_set_log_cb(conf->get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_error_cb(conf->get(), Trouble::Note);
  rd_kafka_conf_set_opaque(conf->get(), trouble);
  std::array<char, 512> text{};
  KafkaClient client(rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), text.data(), text.size()));
  if (!client) {
    return Error{ErrorKind::kConfiguration,
                 WithoutSecrets(text.data(), config) + "; correct the sink's properties"};
  }
  static_cast<void>(conf->release());  // the client's now
  return client;
}

// Of one topic, or of the brokers alone.
Result<Metadata> Ask(rd_kafka_t* client, rd_kafka_topic_t* topic, const Trouble& trouble,
                     std::chrono::milliseconds patience) {
  const auto begun = Clock::now();
  while (true) {
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code =
        rd_kafka_metadata(client, 0, topic, &metadata, static_cast<int>(kSlice.count()));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Metadata(metadata);
    rd_kafka_poll(client, 0);
    const auto waited = Clock::now() - begun;
    const bool hopeless =
        trouble.code == RD_KAFKA_RESP_ERR__TRANSPORT || trouble.code == RD_KAFKA_RESP_ERR__RESOLVE;
    if (trouble.IsFinal() || waited > patience || (hopeless && waited > kAskedAgain)) {
      return Error{ErrorKind::kRetry, rd_kafka_err2str(code)};
    }
  }
}

Error NoBroker(const KafkaSinkConfig& config, const Trouble& trouble, const Error& error) {
  const std::string words =
      trouble.words.empty() ? error.message : WithoutSecrets(trouble.words, config);
  if (trouble.IsFinal()) {
    return {ErrorKind::kRetry, "a broker answers, but the connection fails: " + words + "; " +
                                   std::string(JudgeReport(trouble.code).next_step)};
  }
  return {ErrorKind::kRetry,
          "no broker answers: " + words +
              "; check `brokers`, the network, and the security properties of the sink"};
}

KafkaTopicFacts FactsOf(const std::string& name, const rd_kafka_metadata_t& metadata) {
  KafkaTopicFacts facts;
  facts.name = name;
  if (metadata.topic_cnt == 0) return facts;
  const rd_kafka_metadata_topic_t& topic = metadata.topics[0];
  switch (topic.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      facts.access = KafkaTopicFacts::Access::kGranted;
      break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      facts.access = KafkaTopicFacts::Access::kMissing;
      break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      facts.access = KafkaTopicFacts::Access::kRefused;
      break;
    default:
      facts.words = rd_kafka_err2str(topic.err);
  }
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const auto replicas = static_cast<std::size_t>(topic.partitions[i].replica_cnt);
    facts.replicas = i == 0 ? replicas : std::min(facts.replicas, replicas);
  }
  return facts;
}

struct EventDeleter {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
struct ResourceDeleter {
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
};

// What this user may not read stays empty.
std::map<std::string, std::string> SettingsOf(rd_kafka_t* client, const std::string& topic,
                                              std::chrono::milliseconds patience) {
  const KafkaQueue queue(rd_kafka_queue_new(client));
  const std::unique_ptr<rd_kafka_ConfigResource_t, ResourceDeleter> asked(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  std::array<rd_kafka_ConfigResource_t*, 1> all{asked.get()};
  rd_kafka_DescribeConfigs(client, all.data(), all.size(), nullptr, queue.get());
  const std::unique_ptr<rd_kafka_event_t, EventDeleter> event(
      rd_kafka_queue_poll(queue.get(), static_cast<int>(patience.count())));
  const auto* result = event ? rd_kafka_event_DescribeConfigs_result(event.get()) : nullptr;
  std::map<std::string, std::string> settings;
  if (result == nullptr || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return settings;
  }
  std::size_t count = 0;
  const auto* resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count == 0) return settings;
  const auto* entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) settings[rd_kafka_ConfigEntry_name(entries[i])] = value;
  }
  return settings;
}

}  // namespace

Result<std::vector<KafkaTopicFacts>> ProbeKafka(const KafkaSinkConfig& config,
                                                const std::vector<std::string>& topics,
                                                std::chrono::milliseconds patience) {
  Trouble trouble;
  const auto client = MakeClient(config, &trouble);
  if (!client) return client.error();
  if (const auto brokers = Ask(client->get(), nullptr, trouble, patience); !brokers) {
    return NoBroker(config, trouble, brokers.error());
  }
  std::vector<KafkaTopicFacts> facts;
  for (const std::string& name : topics) {
    const KafkaTopic topic(rd_kafka_topic_new(client->get(), name.c_str(), nullptr));
    const auto metadata = Ask(client->get(), topic.get(), trouble, patience);
    if (!metadata) return NoBroker(config, trouble, metadata.error());
    facts.push_back(FactsOf(name, **metadata));
    if (facts.back().access != KafkaTopicFacts::Access::kGranted) continue;
    facts.back().settings = SettingsOf(client->get(), name, patience);
  }
  return facts;
}

}  // namespace nsf
