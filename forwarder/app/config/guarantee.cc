// SPDX-License-Identifier: Apache-2.0
#include "app/config/guarantee.h"

#include "app/config/parse_quantity.h"

namespace nsf {
namespace {

constexpr const char* kExactlyOnce =
    "exactly once: committed in one transaction with the state, for consumers that read what is "
    "committed (isolation.level=read_committed)";

std::string Text(const KafkaConfig& /*sink*/) {
  return "at least once: acknowledged by all in-sync replicas (acks=all, idempotent producer)";
}

std::string Text(const SyslogConfig& sink) {
  const std::string& address = sink.addresses.front();
  if (address.starts_with("udp://")) {
    return "best effort: handed to the network, UDP acknowledges nothing";
  }
  if (address.starts_with("relp")) {
    return "at least once: the receiver has confirmed each message (RELP)";
  }
  if (sink.resend_bytes == 0) {
    return "best effort: the receiver's TCP has acknowledged the bytes; with resend: 0, what a "
           "receiver that stops has not read is lost";
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

std::string GuaranteeText(const SinkConfig& sink, const StateConfig& state) {
  if (!state.sink.empty() && state.sink == sink.name) return kExactlyOnce;
  return std::visit([](const auto& kind) { return Text(kind); }, sink.kind);
}

std::string GuaranteeText(const DeadLetterConfig& dead_letter, const StateConfig& state) {
  if (dead_letter.sink.empty()) return Text(FileConfig{dead_letter.path, true});
  if (dead_letter.sink == state.sink) {
    return std::string(kExactlyOnce) + "; a row that is too large for its topic is cut";
  }
  return Text(KafkaConfig()) + "; a row that is too large for its topic is cut";
}

}  // namespace nsf
