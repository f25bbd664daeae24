// SPDX-License-Identifier: Apache-2.0
// The dead letter's topic against mock brokers: bytes and headers as they arrive, rows that have to
// be cut, and topics that are not there.
#include "adapters/kafka/kafka_dead_letter.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>

#include "mock_kafka.h"
#include "sample_batch.h"

namespace nsf {
namespace {

using namespace std::chrono_literals;

using Headers = std::map<std::string, std::string>;

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

class KafkaDeadLetterTest {
 protected:
  KafkaDeadLetterTest() {
    kafka_.CreateTopic("refused.acme.audit", 1);
    config_.name = "dead_letter";
    config_.brokers = kafka_.brokers();
    config_.topic = "refused.{tenant}.{stream}";
  }

  std::unique_ptr<KafkaDeadLetter> Make() {
    auto made = KafkaDeadLetter::Create(config_, [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      heard_ += std::string(line) + '\n';
    });
    if (!made) FAIL(made.error().message);
    return std::move(made).value();
  }

  // As the pipeline hands it over: the value is the line of the file, which no topic sees.
  Record& Refuse(const std::string& id, const std::string& raw,
                 const std::string& detail = "too much") {
    Record& record = sample_.Add(id, "ann@corp.example", raw);
    record.value = "a line of JSON";
    sample_.batch.refusals.push_back(
        {"siem", "too_large", detail, WallTime(std::chrono::milliseconds(1'772'000'000'500))});
    return record;
  }

  std::vector<SeenMessage> Read(std::size_t count) const {
    return kafka_.Read("refused.acme.audit", 1, count);
  }

  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  MockKafka kafka_;
  KafkaSinkConfig config_;
  SampleBatch sample_;

 private:
  mutable std::mutex mutex_;
  std::string heard_;
};

}  // namespace

TEST_CASE_METHOD(KafkaDeadLetterTest, "a refused row arrives as received, and why in its headers") {
  const std::string broken("{\"_id\":\"e1\0\xff", 12);
  Refuse("e1", broken);
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  const auto dead_letter = Make();
  CHECK(dead_letter->guarantee().at_least_once);
  REQUIRE_FALSE(Publication(*dead_letter, sample_).Outcome());
  CHECK(sample_.Count(OutcomeKind::kDelivered) == 1);
  const auto seen = Read(1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].value == broken);
  CHECK(seen[0].key == "e1");
  // Retention counts from the refusal, however old the event is.
  CHECK(std::chrono::milliseconds(seen[0].timestamp_ms) >= before - 1s);
  CHECK(seen[0].headers == Headers{
                               {"ce_specversion", "1.0"},
                               {"ce_id", "e1"},
                               {"ce_source", "/netskope/acme/events/audit"},
                               {"ce_type", "com.netskope.audit.refused.v1"},
                               {"ce_time", "2025-10-09T08:53:20Z"},
                               {"content-type", "application/octet-stream"},
                               {"tenant", "acme"},
                               {"stream", "audit"},
                               {"ocsf_class_uid", "3002"},
                               {"error_sink", "siem"},
                               {"error_reason", "too_large"},
                               {"error_detail", "too much"},
                               {"error_time", "2026-02-25T06:13:20Z"},
                               {"error_bytes", "12"},
                           });
  CHECK(heard().empty());
}

TEST_CASE_METHOD(KafkaDeadLetterTest, "a row that no message holds is cut, and says so") {
  struct Case {
    std::string id, raw, detail;
    std::size_t kept;
  };
  const Case row = GENERATE(
      Case{"e1", std::string(3000, 'a'), "", 1500}, Case{"e1", std::string(100'000, 'a'), "", 1562},
      // Not in the middle of a character, and not held up by what is long beside the row.
      Case{std::string(9000, 'i'), "x" + Repeated("é", 1500), "", 1499},
      Case{"e1", "{}", std::string(9000, 'd'), 2});
  config_.properties["message.max.bytes"] = "2400";
  Refuse("small", "{}");
  Refuse(row.id, row.raw, row.detail);
  const auto dead_letter = Make();
  REQUIRE_FALSE(Publication(*dead_letter, sample_).Outcome());
  CHECK(sample_.Count(OutcomeKind::kDelivered) == 2);
  CHECK(sample_.batch.rejections.empty());
  const auto seen = Read(2);
  REQUIRE(seen.size() == 2);
  const auto cut = std::find_if(seen.begin(), seen.end(),
                                [](const SeenMessage& message) { return message.key != "small"; });
  CHECK(cut->value == row.raw.substr(0, row.kept));
  CHECK(cut->headers.at("error_bytes") == std::to_string(row.raw.size()));
  const bool is_cut = row.kept < row.raw.size();
  CHECK(cut->headers.count("error_truncated") == (is_cut ? 1 : 0));
  CHECK((heard().find("raise message.max.bytes") != std::string::npos) == is_cut);
}

TEST_CASE_METHOD(KafkaDeadLetterTest, "what a broker refuses alone is cut as well") {
  // The request of all, then the one alone in its request; its half is taken.
  kafka_.AnswerProduce(
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  Refuse("e1", std::string(1000, 'a'));
  const auto dead_letter = Make();
  REQUIRE_FALSE(Publication(*dead_letter, sample_).Outcome());
  const auto seen = Read(1);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].value.size() == 500);
  CHECK(seen[0].headers.at("error_truncated") == "true");
}

TEST_CASE_METHOD(KafkaDeadLetterTest, "what cannot be kept stays undecided, with a next step") {
  struct Case {
    rd_kafka_resp_err_t code;
    std::string says;
  };
  const Case row = GENERATE(Case{RD_KAFKA_RESP_ERR_INVALID_RECORD, "cleanup.policy=delete"},
                            Case{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "raise max.message.bytes"});
  kafka_.AnswerProduce(std::vector<rd_kafka_resp_err_t>(40, row.code));
  Refuse("e1", "{}");
  const auto dead_letter = Make();
  const auto error = Publication(*dead_letter, sample_).Outcome();
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK_THAT(error->message, Catch::Contains(row.says));
  CHECK(sample_.Count(OutcomeKind::kUndecided) == 1);
  CHECK(sample_.batch.rejections.empty());
}

TEST_CASE_METHOD(KafkaDeadLetterTest, "a topic that is not there keeps the row until it is") {
  config_.properties["message.timeout.ms"] = "1000";
  // Else it may be over before the topic is known to be missing.
  config_.properties["topic.metadata.propagation.max.ms"] = "0";
  kafka_.AnswerTopic("refused.acme.audit", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Refuse("e1", "{}");
  const auto dead_letter = Make();
  const auto error = Publication(*dead_letter, sample_).Outcome();
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kRetry);
  CHECK_THAT(error->message,
             Catch::Contains("refused.acme.audit") && Catch::Contains("create the topic"));
  CHECK(sample_.Count(OutcomeKind::kUndecided) == 1);
  kafka_.AnswerTopic("refused.acme.audit", RD_KAFKA_RESP_ERR_NO_ERROR);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (Publication(*dead_letter, sample_).Outcome()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
  CHECK(Read(1).size() == 1);
}

TEST_CASE_METHOD(KafkaDeadLetterTest, "it ends while brokers are away, and tells of it") {
  kafka_.SetDown(true);
  Refuse("e1", "{}");
  auto dead_letter = Make();
  Publication publication(*dead_letter, sample_);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!dead_letter->Trouble()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    CHECK_FALSE(publication.IsDone(20ms));
  }
  dead_letter.reset();
  CHECK(publication.Outcome());
  CHECK(sample_.Count(OutcomeKind::kUndecided) == 1);
}

}  // namespace nsf
