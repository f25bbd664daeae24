// SPDX-License-Identifier: Apache-2.0
// What a Kafka topic does to what is sent there, by the settings that its brokers tell.
#include <fmt/core.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "app/checks/checks.h"

namespace nsf {
namespace {

constexpr std::int64_t kLargestSent = 1'000'000;  // librdkafka's message.max.bytes

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> Setting(const KafkaTopicFacts& topic, const std::string& name) {
  const auto found = topic.settings.find(name);
  return found == topic.settings.end() ? std::nullopt : Number(found->second);
}

std::int64_t LargestSent(const KafkaConfig& kafka) {
  for (const auto& [name, value] : kafka.properties) {
    if (name == "message.max.bytes") return Number(value).value_or(kLargestSent);
  }
  return kLargestSent;
}

// Findings of one topic, all with its name in front.
class Judgement {
 public:
  Judgement(const TopicUse& use, const KafkaTopicFacts& topic, Findings* findings)
      : use_(use), topic_(topic), findings_(findings) {}

  void Wrong(const std::string& what, const std::string& why, const std::string& mend) {
    Add(Finding::Level::kWrong, what, why, mend);
  }
  void Warn(const std::string& what, const std::string& why, const std::string& mend) {
    Add(Finding::Level::kWarning, what, why, mend);
  }
  void Good(const std::string& what) { Add(Finding::Level::kGood, what, "", ""); }

 private:
  void Add(Finding::Level level, const std::string& what, const std::string& why,
           const std::string& mend) {
    findings_->push_back({level, use_.subject, "topic " + topic_.name + " " + what, why, mend});
  }

  const TopicUse& use_;
  const KafkaTopicFacts& topic_;
  Findings* findings_;
};

// Whether it is there for this user.
bool JudgeAccess(const TopicUse& use, const KafkaTopicFacts& topic, Judgement* judge) {
  const std::string why = use.holds_events
                              ? "its streams would wait and deliver nothing"
                              : "a stream would wait at the first row that a sink refuses";
  switch (topic.access) {
    case KafkaTopicFacts::Access::kGranted:
      return true;
    case KafkaTopicFacts::Access::kMissing:
      judge->Wrong("does not exist", why,
                   "create it: kafka-topics.sh --create --topic " + topic.name +
                       " --partitions 6 --replication-factor 3 --config min.insync.replicas=2");
      return false;
    case KafkaTopicFacts::Access::kRefused:
      judge->Wrong("is not this user's to write", why,
                   "grant it: kafka-acls.sh --add --allow-principal User:NAME --operation Write "
                   "--operation Describe --topic " +
                       topic.name);
      return false;
    case KafkaTopicFacts::Access::kUnknown:
      judge->Wrong("cannot be used: " + topic.words, why, "mend the sink's `topic`");
      return false;
  }
  return false;
}

void JudgeReplicas(const KafkaTopicFacts& topic, Judgement* judge) {
  const auto insync = Setting(topic, "min.insync.replicas");
  if (insync && *insync > static_cast<std::int64_t>(topic.replicas)) {
    judge->Wrong(fmt::format("has {} replicas and wants {} in sync", topic.replicas, *insync),
                 "no message is ever acknowledged",
                 "lower its min.insync.replicas, or add replicas");
  } else if (topic.replicas == 1) {
    judge->Warn("has one replica", "what is acknowledged stands on one broker, and is lost with it",
                "give it three, and min.insync.replicas=2");
  } else if (insync && *insync == 1) {
    judge->Warn("has min.insync.replicas=1",
                "acknowledged by all in-sync replicas may mean: by one of them",
                "set min.insync.replicas=2");
  }
}

void JudgeSize(const TopicUse& use, const KafkaTopicFacts& topic, Judgement* judge) {
  const auto taken = Setting(topic, "max.message.bytes");
  const std::int64_t sent = LargestSent(*use.kafka);
  if (!taken || *taken >= sent) return;
  judge->Warn(fmt::format("takes {} bytes at once, and up to {} are sent", *taken, sent),
              "what is larger is refused: requests are sent again in halves, and an event that is "
              "larger by itself goes to the dead letter",
              fmt::format("raise its max.message.bytes to {}, or set message.max.bytes and "
                          "batch.size of the sink to {}",
                          sent, *taken));
}

void JudgeKeeping(const TopicUse& use, const KafkaTopicFacts& topic, Judgement* judge) {
  const auto policy = topic.settings.find("cleanup.policy");
  const bool compacts =
      policy != topic.settings.end() && policy->second.find("compact") != std::string::npos;
  if (compacts && use.kafka->key == KafkaKey::kNone) {
    judge->Wrong("is compacted, and the sink's key is none",
                 "brokers refuse messages without a key there",
                 "set its cleanup.policy=delete, or `key: id`");
  } else if (compacts && use.kafka->key != KafkaKey::kId) {
    judge->Warn("is compacted, by a key that events share",
                "of events with one key only the last is kept",
                "set its cleanup.policy=delete, or `key: id`");
  }
  const auto kept = Setting(topic, "retention.ms");
  if (!kept || *kept < 0 || !use.holds_events) return;
  if (std::chrono::milliseconds(*kept) >= use.oldest) return;
  judge->Warn(fmt::format("keeps messages for {} h, and a first run begins {} h back",
                          *kept / 3'600'000, use.oldest.count() / 3600),
              "messages have the event's time: the oldest are deleted soon after they arrive",
              "raise its retention.ms above the tenant's `start`");
}

}  // namespace

void JudgeTopic(const TopicUse& use, const KafkaTopicFacts& topic, Findings* findings) {
  Judgement judge(use, topic, findings);
  if (!JudgeAccess(use, topic, &judge)) return;
  const std::size_t before = findings->size();
  JudgeReplicas(topic, &judge);
  JudgeSize(use, topic, &judge);
  JudgeKeeping(use, topic, &judge);
  if (findings->size() != before) return;
  judge.Good(topic.settings.empty() ? "is there; its settings are not this user's to read"
                                    : "is there, and keeps what it is sent");
}

}  // namespace nsf
