// SPDX-License-Identifier: Apache-2.0
// From configuration to sink.
#include "app/sinks.h"

#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "adapters/file/file_sink.h"
#include "adapters/kafka/kafka_dead_letter.h"
#include "adapters/kafka/kafka_sink.h"
#include "app/config/kafka_connections.h"

namespace nsf {
namespace {

constexpr const char* kDeadLetterName = "dead_letter";

template <typename T>
Result<std::unique_ptr<Sink>> AsSink(Result<std::unique_ptr<T>> made) {
  if (!made) return made.error();
  return std::unique_ptr<Sink>(std::move(made).value());
}

std::string OwnHostName() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "";
  return name;
}

// The sink's lines in the log: connections lost and made, never a secret.
auto SinkLog(const std::string& name, const Log& log) {
  return [name, &log](std::string_view message) {
    log.Warn("sink " + name + ": " + std::string(message));
  };
}

}  // namespace

Result<SyslogSinkConfig> SyslogSettingsOf(const std::string& name, const SyslogConfig& config) {
  SyslogSinkConfig syslog;
  syslog.name = name;
  for (const std::string& text : config.addresses) {
    auto address = ParseSyslogAddress(text);
    if (!address) return address.error();
    syslog.addresses.push_back(std::move(address).value());
  }
  syslog.message = config.message;
  if (syslog.message.hostname.empty()) syslog.message.hostname = OwnHostName();
  syslog.framing = config.framing;
  syslog.resend_bytes = config.resend_bytes;
  syslog.window = config.window;
  const TlsConfig& tls = config.tls;
  syslog.tls = {tls.ca_file, tls.cert_file, tls.key_file, tls.server_name, tls.min_version};
  return syslog;
}

namespace {

Result<std::unique_ptr<Sink>> MakeSyslog(const std::string& name, const SyslogConfig& config,
                                         const Log& log) {
  const auto syslog = SyslogSettingsOf(name, config);
  if (!syslog) return syslog.error();
  return AsSink(SyslogSink::Create(*syslog, SinkLog(name, log)));
}

Result<std::unique_ptr<Sink>> MakeFile(const std::string& name, const FileConfig& config,
                                       const Log& log) {
  FileSinkConfig file;
  file.name = name;
  file.path = config.path;
  file.sync = config.sync;
  return AsSink(FileSink::Create(std::move(file), SinkLog(name, log)));
}

}  // namespace

Result<std::unique_ptr<Sink>> MakeSink(const SinkConfig& config, const Log& log) {
  if (const auto* kafka = std::get_if<KafkaConfig>(&config.kind)) {
    return AsSink(
        KafkaSink::Create(KafkaSettingsOf(config.name, *kafka), SinkLog(config.name, log)));
  }
  if (const auto* syslog = std::get_if<SyslogConfig>(&config.kind)) {
    return MakeSyslog(config.name, *syslog, log);
  }
  return MakeFile(config.name, std::get<FileConfig>(config.kind), log);
}

Result<std::unique_ptr<Sink>> MakeDeadLetter(const Config& config,
                                             const std::optional<KafkaSinkConfig>& connection,
                                             const Log& log) {
  if (connection) {
    return AsSink(KafkaDeadLetter::Create(*connection, SinkLog(kDeadLetterName, log)));
  }
  FileSinkConfig file;
  file.name = kDeadLetterName;
  file.mode = 0600;
  file.path = config.dead_letter.path;
  return AsSink(FileSink::Create(std::move(file), SinkLog(kDeadLetterName, log)));
}

}  // namespace nsf
