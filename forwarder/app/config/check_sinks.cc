// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "adapters/kafka/kafka_handles.h"
#include "app/config/checks.h"
#include "app/config/parse_quantity.h"

namespace nsf {
namespace {

// The longest payload of a UDP datagram over IPv4: 65535 less the headers (RFC 768, RFC 791).
constexpr std::int64_t kLongestDatagram = 65507;

const std::string& PropertyValue(const Setting& property) {
  const auto* secret = std::get_if<ConfiguredSecret>(&property.value);
  return secret != nullptr ? secret->value.Reveal() : property.text();
}

// The adapter knows which properties are the guarantee's, and librdkafka which there are.
std::string WhyRefused(const std::string& sink, const Setting& property) {
  const KafkaSinkConfig probe{
      sink, {"localhost"}, "probe", KafkaKey::kUser, {{property.name, PropertyValue(property)}}};
  const Result<KafkaConf> conf = MakeProducerConf(probe);
  if (conf) return {};
  const std::string& why = conf.error().message;
  const bool has_next_step = why.find("; ") != std::string::npos;
  return has_next_step ? why : why + "; librdkafka's list of properties has the values";
}

void CheckKafka(const Setting& sink, Diagnostics& diagnostics) {
  for (const Setting& property : sink.At("properties").items) {
    if (!property.valid) continue;
    const std::string why = WhyRefused(sink.At("name").text(), property);
    if (!why.empty()) {
      diagnostics.Error(property.where, why);
      continue;
    }
    if (property.name == "ssl.endpoint.identification.algorithm" &&
        PropertyValue(property) == "none") {
      diagnostics.Warning(property.where,
                          "the property " + property.name +
                              " takes any broker's certificate for any other's; remove it");
    }
    const auto* secret = std::get_if<ConfiguredSecret>(&property.value);
    if (secret != nullptr && secret->reference.empty()) {
      diagnostics.Warning(property.where, "the property " + property.name +
                                              " is a secret written out in this file; write "
                                              "${NAME} or ${file:/path}");
    }
  }
}

std::string SchemeOf(const Setting& address) {
  return address.text().substr(0, address.text().find(':'));
}

void CheckAddresses(const Setting& addresses, Diagnostics& diagnostics) {
  const std::string first = SchemeOf(addresses.items[0]);
  for (const Setting& address : addresses.items) {
    if (SchemeOf(address) == first) continue;
    diagnostics.Error(address.where, "addresses of one sink must begin alike, and this is no " +
                                         first + "://; make a sink of each");
  }
  if (first == "udp" && addresses.items.size() > 1) {
    diagnostics.Error(addresses.items[1].where,
                      "several addresses are for fail-over, and over UDP nobody notices that a "
                      "receiver is gone; write one, or use tls://, relp:// or tcp://");
  }
}

void CheckTag(const Setting& sink, Diagnostics& diagnostics) {
  const Setting& name = sink.At("app_name");
  if (sink.At("header").text() != "rfc3164" || !name.valid) return;
  if (name.text().size() <= 32 && name.text().find_first_of(":[") == std::string::npos) return;
  diagnostics.Error(name.where, "app_name " + Quoted(name.text()) +
                                    " is no TAG of RFC 3164; write at most 32 characters without "
                                    "\":\" and \"[\", or header: rfc5424");
}

// Keys that the file sets and this transport or header has no use for.
void WarnOfIdleKeys(const Setting& sink, const std::string& scheme, Diagnostics& diagnostics) {
  const bool relp = scheme == "relp" || scheme == "relps";
  const bool stream = scheme == "tcp" || scheme == "tls";
  const std::string over = "has no effect over " + scheme + "://; remove the key";
  const std::map<std::string, std::pair<bool, std::string>> rules{
      {"framing", {stream, over}},
      {"resend", {stream, over}},
      {"window", {relp, over}},
      {"enterprise_number",
       {sink.At("header").text() == "rfc5424", "has no effect in header: rfc3164; remove the key"}},
  };
  for (const auto& [key, rule] : rules) {
    const Setting& setting = sink.At(key);
    if (setting.given && setting.valid && !rule.first) {
      diagnostics.Warning(setting.where, key + " " + rule.second);
    }
  }
}

void CheckSyslog(const Setting& sink, const Surroundings& surroundings, Diagnostics& diagnostics) {
  CheckTls(sink.At("tls"), surroundings, diagnostics);
  const Setting& longest = sink.At("max_message_bytes");
  const Setting& resend = sink.At("resend");
  if (longest.valid && resend.valid && resend.number() > 0 && resend.number() < longest.number()) {
    const Setting& where = resend.given ? resend : longest;
    diagnostics.Error(where.where, "resend (" + SizeText(resend.number()) +
                                       ") does not hold one message of max_message_bytes (" +
                                       SizeText(longest.number()) +
                                       "); raise resend, or write 0 to keep nothing");
  }
  CheckTag(sink, diagnostics);
  const Setting& addresses = sink.At("address");
  if (!addresses.valid || addresses.items.empty()) return;
  CheckAddresses(addresses, diagnostics);
  WarnOfIdleKeys(sink, SchemeOf(addresses.items[0]), diagnostics);
  const std::string& address = addresses.items[0].text();
  if (address.starts_with("udp://") && longest.valid && longest.number() > kLongestDatagram) {
    diagnostics.Error(longest.where,
                      "max_message_bytes is more than a UDP datagram holds; write "
                      "65507 or less, or use tls://, relp:// or tcp://");
  }
  if (address.starts_with("tls://") || address.starts_with("relps://")) return;
  for (const Setting& tls : sink.At("tls").children) {
    if (!tls.valid || tls.text().empty() || tls.name == "min_version") continue;
    diagnostics.Error(tls.where, "tls." + tls.name + " is set, and the address " + Quoted(address) +
                                     " does not use TLS; write tls:// in the address, or remove "
                                     "the key");
  }
}

// Files that are written to: no two keys may name one.
class WrittenPaths {
 public:
  explicit WrittenPaths(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Add(const Setting& path, const std::string& what) {
    if (!path.valid || path.text().empty()) return;
    std::string normal = std::filesystem::path(path.text()).lexically_normal().string();
    while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
    const auto [first, is_new] = first_.emplace(normal, what);
    if (is_new) return;
    diagnostics_.Error(path.where, what + " and " + first->second + " both write to " +
                                       Quoted(path.text()) + "; give each a path of its own");
  }

 private:
  Diagnostics& diagnostics_;
  std::map<std::string, std::string> first_;
};

// The Kafka sink that `section`, which writes a topic of its own, names for its connection; null:
// there is none, which is told.
const Setting* CheckTopicBeside(const Setting& root, const char* section,
                                const std::string& instead, Diagnostics& diagnostics) {
  const Setting& name = root.At(section).At("sink");
  const Setting& topic = root.At(section).At("topic");
  if (!name.valid || !name.given) return nullptr;
  const auto& sinks = root.At("sinks").items;
  const auto sink = std::find_if(sinks.begin(), sinks.end(), [&name](const Setting& candidate) {
    return candidate.At("name").valid && candidate.At("name").text() == name.text();
  });
  const std::string key = section + std::string(".sink ") + Quoted(name.text());
  if (sink == sinks.end()) {
    diagnostics.Error(name.where, key + " is none of the sinks; name one of type kafka");
    return nullptr;
  }
  if (sink->key->name != "kafka") {
    diagnostics.Error(name.where, key + " is of type " + sink->key->name +
                                      "; name a sink of type kafka, or write " + instead);
    return nullptr;
  }
  if (topic.valid && topic.given && sink->At("topic").valid &&
      topic.text() == sink->At("topic").text()) {
    diagnostics.Error(topic.where, section + std::string(".topic is the topic of the sink ") +
                                       Quoted(name.text()) +
                                       ", where consumers expect events; write a topic of its own");
  }
  return &*sink;
}

// What a commit adds to the ledger is one message.
void CheckBatchFits(const Setting& root, const Setting& sink, Diagnostics& diagnostics) {
  constexpr std::int64_t kBytesAnEvent = 32;
  constexpr std::int64_t kRest = 1000;  // key, headers, what librdkafka adds
  std::int64_t most = 1'000'000;
  for (const Setting& property : sink.At("properties").items) {
    if (property.valid && property.name == "message.max.bytes") {
      most = std::strtoll(PropertyValue(property).c_str(), nullptr, 10);
    }
  }
  const Setting& events = root.At("batch").At("events");
  if (!events.valid || events.number() <= (most - kRest) / kBytesAnEvent) return;
  diagnostics.Error(events.where,
                    "batch.events is more than an entry of a state in Kafka holds; "
                    "write at most " +
                        std::to_string((most - kRest) / kBytesAnEvent) +
                        ", or raise message.max.bytes of the sink " +
                        Quoted(sink.At("name").text()));
}

void CheckStateTopic(const Setting& root, Diagnostics& diagnostics) {
  const Setting* const sink =
      CheckTopicBeside(root, "state", "{type: sqlite, path: …}", diagnostics);
  const Setting& topic = root.At("state").At("topic");
  if (topic.valid && topic.given && topic.text().find('{') != std::string::npos) {
    diagnostics.Error(topic.where,
                      "state.topic is one topic for all tenants; write it without {…}");
  }
  const Setting& dead_letter = root.At("dead_letter");
  if (dead_letter.key->name == "kafka" && dead_letter.At("topic").valid && topic.valid &&
      topic.given && dead_letter.At("topic").text() == topic.text()) {
    diagnostics.Error(topic.where,
                      "state.topic is that of the dead letter; write a topic of its own");
  }
  if (sink != nullptr) CheckBatchFits(root, *sink, diagnostics);
}

void CheckPaths(const Setting& root, Diagnostics& diagnostics) {
  WrittenPaths paths(diagnostics);
  const Setting none;
  const bool is_file = root.At("dead_letter").key->name == "file";
  const Setting& state =
      root.At("state").key->name == "sqlite" ? root.At("state").At("path") : none;
  const Setting& dead_letter = is_file ? root.At("dead_letter").At("path") : none;
  if (is_file && dead_letter.valid && dead_letter.text() == "-") {
    diagnostics.Error(dead_letter.where,
                      "dead_letter cannot be stdout, nobody would keep it; write a path");
  }
  // Defaults first: a collision is told where somebody wrote it.
  if (!state.given) paths.Add(state, "state");
  if (is_file && !dead_letter.given) paths.Add(dead_letter, "dead_letter");
  for (const Setting& sink : root.At("sinks").items) {
    if (sink.key->name != "file") continue;
    paths.Add(sink.At("path"), "the sink " + Quoted(sink.At("name").text()));
  }
  if (state.given) paths.Add(state, "state");
  if (dead_letter.given) paths.Add(dead_letter, "dead_letter");
}

}  // namespace

void CheckSinks(const Setting& root, const Surroundings& surroundings, Diagnostics& diagnostics) {
  const Setting& sinks = root.At("sinks");
  CheckNamesDiffer(sinks, "sinks", diagnostics);
  for (const Setting& sink : sinks.items) {
    if (sink.key->name == "kafka") CheckKafka(sink, diagnostics);
    if (sink.key->name == "syslog") CheckSyslog(sink, surroundings, diagnostics);
  }
  if (root.At("dead_letter").key->name == "kafka") {
    CheckTopicBeside(root, "dead_letter", "{type: file, path: …}", diagnostics);
  }
  if (root.At("state").key->name == "kafka") CheckStateTopic(root, diagnostics);
  CheckPaths(root, diagnostics);
}

}  // namespace nsf
