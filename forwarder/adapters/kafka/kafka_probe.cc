// SPDX-License-Identifier: Apache-2.0
// A producer that only asks for metadata.
#include "adapters/kafka/kafka_probe.h"

#include <array>
#include <memory>

#include "adapters/kafka/kafka_handles.h"

namespace nsf {

Result<void> ProbeKafka(const KafkaSinkConfig& config, std::chrono::milliseconds patience) {
  auto conf = MakeProducerConf(config);
  if (!conf) return conf.error();
  std::array<char, 512> text{};
  // Without a callback errors are written to stderr: what is wrong is told below.
  rd_kafka_conf_set_log_cb(conf->get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  const KafkaClient client(rd_kafka_new(RD_KAFKA_PRODUCER, conf->get(), text.data(), text.size()));
  if (!client) {
    return Error{ErrorKind::kConfiguration,
                 WithoutSecrets(text.data(), config) + "; correct the sink's properties"};
  }
  static_cast<void>(conf->release());  // the client's now
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(client.get(), 0, nullptr, &metadata, static_cast<int>(patience.count()));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
    return {};
  }
  return Error{ErrorKind::kRetry,
               std::string("no broker answers: ") + rd_kafka_err2str(code) +
                   "; check `brokers`, the network, and the security properties of the sink"};
}

}  // namespace nsf
