// SPDX-License-Identifier: Apache-2.0
// Whether a sink, or the dead letter, is there: connects as the sink would, looks at its topics, or
// sends a message through it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>

#include "adapters/kafka/kafka_message.h"
#include "adapters/kafka/kafka_probe.h"
#include "adapters/syslog/syslog_probe.h"
#include "adapters/system/system_clock.h"
#include "app/checks/checks.h"
#include "app/config/kafka_connections.h"
#include "app/sinks.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kPatience{15};

Result<void> Reach(const std::string& name, const SyslogConfig& config) {
  const auto syslog = SyslogSettingsOf(name, config);
  if (!syslog) return syslog.error();
  return ProbeSyslog(*syslog, kPatience);
}

Result<void> ReachFile(const std::string& path) {
  if (path == "-") return {};
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  const std::string target = exists ? path : std::filesystem::absolute(path).parent_path().string();
  if (access(target.c_str(), W_OK) == 0) return {};
  return Error{ErrorKind::kConfiguration,
               target + " cannot be written; make it, or let this program's user write it"};
}

// A test message and its way through the sink.
class TestMessage {
 public:
  explicit TestMessage(const std::string& sink) {
    batch_.sink = sink;
    batch_.tenant = "check";
    batch_.stream = "check";
    Record record;
    record.value = R"({"message":"netskope-forwarder check --write: a test, no event"})";
    record.raw = record.value;
    record.event_id = "netskope-forwarder-check";
    record.category = "OTHER";
    record.time = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
    batch_.records.push_back(record);
    batch_.outcomes.push_back(OutcomeKind::kUndecided);
  }

  // For the dead letter: as if a sink had refused it.
  void Refuse() {
    batch_.refusals.push_back({"check", "check", "a test", SystemClock().Read().wall});
  }

  // The sink is gone when it returns, and so is whatever was not sent.
  Result<void> SendThrough(std::unique_ptr<Sink> sink) {
    std::promise<std::optional<Error>> promise;
    auto done = promise.get_future();
    sink->Publish(batch_, [&promise](std::optional<Error> e) { promise.set_value(std::move(e)); });
    const bool in_time = done.wait_for(kPatience) == std::future_status::ready;
    const auto trouble = sink->Trouble();
    sink.reset();
    if (const auto error = done.get()) return trouble && !in_time ? *trouble : *error;
    if (!batch_.rejections.empty()) {
      return Error{ErrorKind::kStop, "it refuses the test message: " + batch_.rejections[0].detail};
    }
    return {};
  }

 private:
  SinkBatch batch_;
};

// What a sink, or the dead letter, is asked.
struct Question {
  std::string name;
  bool is_dead_letter;
  std::string subject;
  std::string why_it_matters;
  std::function<Result<std::unique_ptr<Sink>>(const Log& log)> make;
};

void SendTest(const Question& question, Findings* findings) {
  LogConfig quiet;
  quiet.level = LogLevel::kError;
  const Log log(quiet);
  auto made = question.make(log);
  auto sent = made ? Result<void>() : Result<void>(made.error());
  if (made) {
    TestMessage message(question.name);
    if (question.is_dead_letter) message.Refuse();
    sent = message.SendThrough(std::move(made).value());
  }
  if (sent) {
    findings->push_back(
        {Finding::Level::kGood, question.subject, "a test message was taken", "", ""});
  } else {
    findings->push_back(WrongAs(question.subject, sent.error().message, question.why_it_matters));
  }
}

// `reached`: it can be connected to, or written.
void Tell(const Question& question, const Result<void>& reached, bool write, Findings* findings) {
  if (!reached) {
    findings->push_back(
        WrongAs(question.subject, reached.error().message, question.why_it_matters));
  } else if (write) {
    SendTest(question, findings);
  } else {
    findings->push_back({Finding::Level::kGood, question.subject, "it can be reached", "", ""});
  }
}

// Of all tenants that deliver there, each topic once, and how old its oldest event may be.
std::map<std::string, std::chrono::seconds> TopicsOf(const Config& config,
                                                     const std::string& pattern,
                                                     const std::string& only_sink) {
  std::map<std::string, std::chrono::seconds> topics;
  for (const TenantConfig& tenant : config.tenants) {
    const bool delivers = only_sink.empty() || std::find(tenant.sinks.begin(), tenant.sinks.end(),
                                                         only_sink) != tenant.sinks.end();
    if (!delivers) continue;
    const auto* ago = std::get_if<std::chrono::seconds>(&tenant.start);
    const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().Read().wall);
    const auto oldest = ago != nullptr ? *ago : now - std::get<WallSeconds>(tenant.start);
    for (const std::string& event_type : tenant.events) {
      SinkBatch batch;
      batch.tenant = tenant.name;
      batch.stream = event_type;
      auto& known = topics[TopicOf(pattern, batch)];
      known = std::max(known, oldest);
    }
  }
  return topics;
}

// Topics are judged before anything is sent there; without a fault among them the test message is
// what tells whether they may be written.
void CheckKafka(const Question& question, const KafkaSinkConfig& settings, TopicUse use,
                const std::map<std::string, std::chrono::seconds>& topics, bool write,
                Findings* findings) {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const auto& [name, oldest] : topics) names.push_back(name);
  const auto facts = ProbeKafka(settings, names, kPatience);
  if (!facts) return Tell(question, facts.error(), write, findings);
  const std::size_t before = findings->size();
  for (const KafkaTopicFacts& topic : *facts) {
    use.oldest = topics.at(topic.name);
    JudgeTopic(use, topic, findings);
  }
  const bool wrong =
      std::any_of(findings->begin() + static_cast<std::ptrdiff_t>(before), findings->end(),
                  [](const Finding& finding) { return finding.level == Finding::Level::kWrong; });
  if (write && !wrong) SendTest(question, findings);
}

const KafkaConfig& KafkaOf(const Config& config, const std::string& name) {
  const auto sink = std::find_if(config.sinks.begin(), config.sinks.end(),
                                 [&name](const SinkConfig& named) { return named.name == name; });
  return std::get<KafkaConfig>(sink->kind);
}

}  // namespace

void CheckSink(const Config& config, const SinkConfig& sink, bool write, Findings* findings) {
  const Question question{sink.name, false, "sink " + sink.name,
                          "its streams would wait and deliver nothing",
                          [&sink](const Log& log) { return MakeSink(sink, log); }};
  if (const auto* kafka = std::get_if<KafkaConfig>(&sink.kind)) {
    CheckKafka(question, KafkaSettingsOf(sink.name, *kafka), {question.subject, kafka, true, {}},
               TopicsOf(config, kafka->topic, sink.name), write, findings);
  } else if (const auto* syslog = std::get_if<SyslogConfig>(&sink.kind)) {
    Tell(question, Reach(sink.name, *syslog), write, findings);
  } else {
    Tell(question, ReachFile(std::get<FileConfig>(sink.kind).path), write, findings);
  }
}

void CheckDeadLetter(const Config& config, bool write, Findings* findings) {
  const Question question{"dead_letter", true, "dead letter",
                          "a stream would wait at the first row that a sink refuses",
                          [&config](const Log& log) {
                            return MakeDeadLetter(config, DeadLetterConnection(config), log);
                          }};
  if (config.dead_letter.sink.empty()) {
    // The state's directory is made with the state, which is checked by itself.
    std::error_code ignored;
    const std::filesystem::path path(config.dead_letter.path);
    if (path.parent_path() == config.state.path &&
        !std::filesystem::exists(config.state.path, ignored)) {
      return Tell(question, {}, false, findings);
    }
    return Tell(question, ReachFile(config.dead_letter.path), false, findings);
  }
  CheckKafka(question, DeadLetterKafkaSettings(config),
             {question.subject, &KafkaOf(config, config.dead_letter.sink), false, {}},
             TopicsOf(config, config.dead_letter.topic, ""), write, findings);
}

}  // namespace nsf
