// SPDX-License-Identifier: Apache-2.0
// Whether a sink, or the dead letter's topic, is there: connects as the sink would, or sends a
// message through it.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>

#include "adapters/kafka/kafka_probe.h"
#include "adapters/syslog/syslog_probe.h"
#include "adapters/system/system_clock.h"
#include "app/checks/checks.h"
#include "app/config/kafka_connections.h"
#include "app/sinks.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kPatience{15};

Result<void> Reach(const std::string& name, const KafkaConfig& config) {
  return ProbeKafka(KafkaSettingsOf(name, config), kPatience);
}

Result<void> Reach(const std::string& name, const SyslogConfig& config) {
  const auto syslog = SyslogSettingsOf(name, config);
  if (!syslog) return syslog.error();
  return ProbeSyslog(*syslog, kPatience);
}

Result<void> Reach(const std::string& /*name*/, const FileConfig& config) {
  if (config.path == "-") return {};
  std::error_code ignored;
  const std::filesystem::path path(config.path);
  const bool exists = std::filesystem::exists(path, ignored);
  const std::string target =
      exists ? config.path : std::filesystem::absolute(path).parent_path().string();
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
  std::function<Result<void>()> reach;
  std::function<Result<std::unique_ptr<Sink>>(const Log& log)> make;
};

Result<void> Ask(const Question& question, bool write) {
  if (auto reached = question.reach(); !reached || !write) return reached;
  LogConfig quiet;
  quiet.level = LogLevel::kError;
  const Log log(quiet);
  auto made = question.make(log);
  if (!made) return made.error();
  TestMessage message(question.name);
  if (question.is_dead_letter) message.Refuse();
  return message.SendThrough(std::move(made).value());
}

void Tell(const Question& question, bool write, Findings* findings) {
  const auto answer = Ask(question, write);
  if (answer) {
    findings->push_back({Finding::Level::kGood, question.subject,
                         write ? "a test message was taken" : "it can be reached", "", ""});
  } else {
    findings->push_back({Finding::Level::kWrong, question.subject, answer.error().message,
                         question.why_it_matters, ""});
  }
}

}  // namespace

void CheckSink(const SinkConfig& sink, bool write, Findings* findings) {
  const auto reach = [&sink] {
    return std::visit([&sink](const auto& kind) { return Reach(sink.name, kind); }, sink.kind);
  };
  const auto make = [&sink](const Log& log) { return MakeSink(sink, log); };
  Tell({sink.name, false, "sink " + sink.name, "its streams would wait and deliver nothing", reach,
        make},
       write, findings);
}

void CheckDeadLetter(const Config& config, bool write, Findings* findings) {
  if (config.dead_letter.sink.empty()) return;
  const auto reach = [&config] { return ProbeKafka(DeadLetterKafkaSettings(config), kPatience); };
  const auto make = [&config](const Log& log) { return MakeDeadLetter(config, log); };
  Tell({"dead_letter", true, "dead letter",
        "a stream would wait at the first row that a sink refuses", reach, make},
       write, findings);
}

}  // namespace nsf
