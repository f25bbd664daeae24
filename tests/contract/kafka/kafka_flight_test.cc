// SPDX-License-Identifier: Apache-2.0
// Which record is to blame for a refused request: flights against a broker made of one function.
#include "adapters/kafka/kafka_flight.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "sample_batch.h"

namespace nsf {
namespace {

// What the broker says of a request that holds these records.
using Broker = std::function<rd_kafka_resp_err_t(const std::vector<std::size_t>& indices)>;

struct Run {
  std::optional<Error> error;
  std::size_t requests = 0;
  bool ended = false;
};

// Sends until the flight ends; each time in requests of up to `most` records.
Run Fly(SampleBatch& sample, std::size_t most, const Broker& broker) {
  Run run;
  KafkaFlight flight(
      sample.batch,
      [&run](std::optional<Error> error) {
        run.error = std::move(error);
        run.ended = true;
      },
      "events");
  KafkaFlight::Progress progress{};
  do {
    std::vector<std::vector<KafkaTag*>> requests;
    while (KafkaTag* tag = flight.Next()) {
      if (requests.empty() || requests.back().size() == most) requests.emplace_back();
      requests.back().push_back(tag);
    }
    for (const auto& request : requests) {
      std::vector<std::size_t> indices;
      indices.reserve(request.size());
      for (const KafkaTag* tag : request) indices.push_back(tag->index);
      const auto code = broker(indices);
      for (const KafkaTag* tag : request) flight.Report(*tag, code);
      ++run.requests;
    }
    progress = flight.Advance();
    REQUIRE(run.requests < 10'000);
  } while (progress != KafkaFlight::Progress::kEnded);
  flight.End({});
  return run;
}

Broker RefusesAll(const std::set<std::size_t>& poison, rd_kafka_resp_err_t code) {
  return [poison, code](const std::vector<std::size_t>& indices) {
    for (const std::size_t index : indices) {
      if (poison.count(index) > 0) return code;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  };
}

std::set<std::size_t> Rejected(const SampleBatch& sample) {
  std::set<std::size_t> indices;
  for (const Rejection& rejection : sample.batch.rejections) indices.insert(rejection.index);
  return indices;
}

}  // namespace

TEST_CASE("the records to blame are found, and only they are rejected") {
  const auto poison = GENERATE(std::set<std::size_t>{}, std::set<std::size_t>{0},
                               std::set<std::size_t>{999}, std::set<std::size_t>{3, 4, 500, 998});
  const std::size_t most = GENERATE(1U, 7U, 1000U);
  const auto code =
      GENERATE(RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  SampleBatch sample(1000);
  const Run run = Fly(sample, most, RefusesAll(poison, code));
  CHECK(run.ended);
  CHECK_FALSE(run.error);
  CHECK(Rejected(sample) == poison);
  CHECK(sample.Count(OutcomeKind::kDelivered) == 1000 - poison.size());
  CHECK(sample.batch.rejections.size() == poison.size());
}

TEST_CASE("a few records to blame are found in few requests") {
  SampleBatch sample(1024);
  const Run run = Fly(sample, 1024, RefusesAll({700}, RD_KAFKA_RESP_ERR_INVALID_RECORD));
  CHECK(run.requests <= 22);  // 2 log2(1024), and the first and the last
}

TEST_CASE("a broker that takes small requests only gets small ones, and nothing is rejected") {
  SampleBatch sample(1000);
  const Run run = Fly(sample, 1000, [](const std::vector<std::size_t>& indices) {
    return indices.size() > 60 ? RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE : RD_KAFKA_RESP_ERR_NO_ERROR;
  });
  CHECK_FALSE(run.error);
  CHECK(sample.Count(OutcomeKind::kDelivered) == 1000);
  CHECK(sample.batch.rejections.empty());
}

TEST_CASE("a record refused in the company of others is not rejected before it was alone") {
  SampleBatch sample(1);
  int answers = 0;
  Fly(sample, 1, [&answers](const auto&) {
    return ++answers == 1 ? RD_KAFKA_RESP_ERR_INVALID_RECORD : RD_KAFKA_RESP_ERR_NO_ERROR;
  });
  CHECK(sample.Count(OutcomeKind::kDelivered) == 1);
}

TEST_CASE("a flight that looks for the record to blame asks to be alone") {
  SampleBatch sample(2);
  KafkaFlight flight(
      sample.batch, [](const auto&) {}, "events");
  KafkaTag* first = flight.Next();
  KafkaTag* second = flight.Next();
  CHECK(flight.Next() == nullptr);
  CHECK_FALSE(flight.alone());
  CHECK(flight.unreported() == 2);
  flight.Report(*first, RD_KAFKA_RESP_ERR_INVALID_RECORD);
  CHECK(flight.Advance() == KafkaFlight::Progress::kWaiting);
  flight.Report(*second, RD_KAFKA_RESP_ERR_NO_ERROR);
  CHECK(flight.Advance() == KafkaFlight::Progress::kAgain);
  CHECK(flight.alone());
}

TEST_CASE("times that a broker refuses are left out; refused for them again, it is rejected") {
  SampleBatch sample(100);
  const Run run = Fly(sample, 10, RefusesAll({42}, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP));
  CHECK_FALSE(run.error);
  CHECK(Rejected(sample) == std::set<std::size_t>{42});
  CHECK(sample.batch.rejections[0].reason == "invalid");
}

TEST_CASE("one failure leaves the rest undecided, and unsent") {
  SampleBatch sample(100);
  const Run run = Fly(sample, 10, RefusesAll({42}, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT));
  REQUIRE(run.error);
  CHECK(run.error->kind == ErrorKind::kRetry);
  CHECK_THAT(run.error->message, Catch::Contains("topic events: 10 of 100 records"));
  CHECK(sample.Count(OutcomeKind::kUndecided) == 10);
  CHECK(sample.batch.rejections.empty());
}

TEST_CASE("what is refused while another failed is neither rejected nor delivered") {
  SampleBatch sample(2);
  const Run run = Fly(sample, 1, [](const std::vector<std::size_t>& indices) {
    return indices[0] == 0 ? RD_KAFKA_RESP_ERR_INVALID_RECORD : RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
  });
  CHECK(run.error);
  CHECK(sample.Count(OutcomeKind::kUndecided) == 2);
  CHECK(sample.batch.rejections.empty());
}

TEST_CASE("a record that was put back comes again") {
  SampleBatch sample(2);
  KafkaFlight flight(
      sample.batch, [](const auto&) {}, "events");
  flight.Next();
  const KafkaTag* second = flight.Next();
  flight.PutBack();
  CHECK(flight.unreported() == 1);
  CHECK(flight.Next() == second);
}

TEST_CASE("an error says what failed in the connection, and its next step") {
  SampleBatch sample(1);
  std::optional<Error> told;
  KafkaFlight flight(
      sample.batch, [&told](std::optional<Error> error) { told = std::move(error); }, "events");
  flight.Report(*flight.Next(), RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
  flight.End({"no such host", "mend the name"});
  REQUIRE(told);
  CHECK_THAT(told->message, Catch::Contains("(no such host); mend the name"));
}

}  // namespace nsf
