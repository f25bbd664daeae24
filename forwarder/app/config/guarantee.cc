// SPDX-License-Identifier: Apache-2.0
#include "app/config/guarantee.h"

#include "app/config/parse_quantity.h"

namespace nsf {
namespace {

std::string Text(const KafkaConfig& /*sink*/) {
  return "at least once: acknowledged by all in-sync replicas (acks=all, idempotent producer)";
}

std::string Text(const SyslogConfig& sink) {
  if (sink.address.starts_with("udp://")) {
    return "best effort: handed to the network, UDP acknowledges nothing";
  }
  return "at least once: the receiver's TCP has acknowledged the bytes, and the last " +
         SizeText(static_cast<std::int64_t>(sink.resend_bytes)) +
         " are sent again after a lost connection";
}

std::string Text(const FileConfig& sink) {
  if (sink.path == "-") return "best effort: handed to the reader of stdout";
  if (sink.sync) return "at least once: written and synced";
  return "best effort: written but not synced, a power cut can lose events";
}

}  // namespace

std::string GuaranteeText(const SinkConfig& sink) {
  return std::visit([](const auto& kind) { return Text(kind); }, sink.kind);
}

std::string GuaranteeText(const DeadLetterConfig& dead_letter) {
  if (dead_letter.sink.empty()) return Text(FileConfig{dead_letter.path, true});
  return Text(KafkaConfig()) + "; a row that is too large for its topic is cut";
}

}  // namespace nsf
