// SPDX-License-Identifier: Apache-2.0
// Batches for tests of sinks, and what became of one.
#pragma once

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "ports/sink.h"

namespace nsf {

// A batch and the text that its records point into.
class SampleBatch {
 public:
  explicit SampleBatch(std::size_t records = 0) {
    batch.sink = "lake";
    batch.tenant = "acme";
    batch.stream = "audit";
    for (std::size_t i = 0; i < records; ++i) {
      const std::string number = std::to_string(i);
      Add("id-" + number, "user" + std::to_string(i % 5) + "@corp.example",
          R"({"_id":"id-)" + number + R"("})");
    }
  }

  Record& Add(const std::string& id, const std::string& user, const std::string& value) {
    Record record;
    record.event_id = Keep(id);
    record.user = Keep(user);
    record.value = Keep(value);
    record.raw = record.value;
    record.time = WallSeconds(std::chrono::seconds(1'760'000'000));
    record.class_uid = 3002;
    batch.records.push_back(record);
    batch.outcomes.push_back(OutcomeKind::kUndecided);
    return batch.records.back();
  }

  std::size_t Count(OutcomeKind kind) const {
    std::size_t count = 0;
    for (const OutcomeKind outcome : batch.outcomes) count += outcome == kind ? 1 : 0;
    return count;
  }

  SinkBatch batch;

 private:
  std::string_view Keep(const std::string& text) { return texts_.emplace_back(text); }

  std::deque<std::string> texts_;
};

// One publish under way.
class Publication {
 public:
  Publication(Sink& sink, SampleBatch& sample) : future_(promise_->get_future()) {
    sink.Publish(sample.batch, [promise = promise_](std::optional<Error> error) {
      promise->set_value(std::move(error));  // throws when it is told twice
    });
  }

  bool IsDone(std::chrono::milliseconds patience) const {
    return future_.wait_for(patience) == std::future_status::ready;
  }

  std::optional<Error> Outcome() {
    if (!IsDone(std::chrono::seconds(30))) throw std::runtime_error("the publish never ended");
    return future_.get();
  }

 private:
  std::shared_ptr<std::promise<std::optional<Error>>> promise_ =
      std::make_shared<std::promise<std::optional<Error>>>();
  std::future<std::optional<Error>> future_;
};

}  // namespace nsf
