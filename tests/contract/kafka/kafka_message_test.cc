// SPDX-License-Identifier: Apache-2.0
// Topics, keys and headers of records.
#include "adapters/kafka/kafka_message.h"

#include <catch2/catch.hpp>

namespace nsf::test {
namespace {

TEST_CASE("a topic is named for tenant and stream") {
  SinkBatch batch;
  batch.tenant = "acme";
  batch.stream = "audit";
  CHECK(TopicOf("security.netskope.audit", batch) == "security.netskope.audit");
  CHECK(TopicOf("{tenant}.netskope.{stream}", batch) == "acme.netskope.audit");
  batch.tenant = "{tenant}";
  CHECK(TopicOf("{tenant}.x", batch) == "{tenant}.x");
}

TEST_CASE("the key is what the configuration says, and never an accident") {
  SinkBatch batch;
  batch.tenant = "acme";
  Record record;
  record.user = "ana@corp.example";
  record.event_id = "42";
  CHECK(KeyOf(KafkaKey::kUser, batch, record) == "ana@corp.example");
  CHECK(KeyOf(KafkaKey::kId, batch, record) == "42");
  CHECK(KeyOf(KafkaKey::kTenant, batch, record) == "acme");
  CHECK(KeyOf(KafkaKey::kNone, batch, record).empty());
  record.user = "";
  CHECK(KeyOf(KafkaKey::kUser, batch, record) == "42");
}

TEST_CASE("times before and after the epoch are RFC 3339") {
  SinkBatch batch;
  const MessageHeaders headers(batch);
  const std::pair<std::int64_t, std::string> rows[] = {{1, "1970-01-01T00:00:01Z"},
                                                       {1'760'000'100, "2025-10-09T08:55:00Z"},
                                                       {951'782'399, "2000-02-28T23:59:59Z"},
                                                       {-1, "1969-12-31T23:59:59Z"}};
  for (const auto& [second, text] : rows) {
    Record record;
    record.time = WallSeconds(std::chrono::seconds(second));
    const KafkaHeaders made = headers.Of(record);
    const void* value = nullptr;
    std::size_t size = 0;
    REQUIRE(rd_kafka_header_get_last(made.get(), "ce_time", &value, &size) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
    CHECK(std::string(static_cast<const char*>(value), size) == text);
  }
}

TEST_CASE("what an operator had sent again says so, and nothing else does") {
  for (const bool replay : {false, true}) {
    SinkBatch batch;
    batch.replay = replay;
    const KafkaHeaders made = MessageHeaders(batch).Of(Record());
    const void* value = nullptr;
    std::size_t size = 0;
    const auto found = rd_kafka_header_get_last(made.get(), "netskope_replay", &value, &size);
    REQUIRE((found == RD_KAFKA_RESP_ERR_NO_ERROR) == replay);
    if (replay) CHECK(std::string(static_cast<const char*>(value), size) == "true");
  }
}

}  // namespace
}  // namespace nsf::test
