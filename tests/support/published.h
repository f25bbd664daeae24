// SPDX-License-Identifier: Apache-2.0
// A batch made of a few lines, published to a sink, and waited for.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/sink.h"

namespace nsf::test {

// Owns the texts that its records point into.
struct TextBatch {
  explicit TextBatch(std::vector<std::string> values) : texts(std::move(values)) {
    batch.sink = "out";
    batch.tenant = "acme";
    batch.stream = "audit";
    for (const std::string& text : texts) {
      Record record;
      record.value = record.raw = text;
      record.event_id = record.user = text;
      record.time = WallSeconds(std::chrono::seconds(1'760'000'000));
      batch.records.push_back(record);
      batch.outcomes.push_back(OutcomeKind::kUndecided);
    }
  }
  TextBatch(const TextBatch&) = delete;
  TextBatch& operator=(const TextBatch&) = delete;

  bool All(OutcomeKind kind) const {
    for (const OutcomeKind outcome : batch.outcomes) {
      if (outcome != kind) return false;
    }
    return true;
  }

  std::vector<std::string> texts;
  SinkBatch batch;
};

// A publish that was started.
class Published {
 public:
  Published(Sink& sink, TextBatch& batch) : reported_(promise_->get_future()) {
    sink.Publish(batch.batch, [promise = promise_](std::optional<Error> error) {
      promise->set_value(std::move(error));
    });
  }

  bool Ended(std::chrono::milliseconds most = std::chrono::seconds(30)) {
    return reported_.wait_for(most) == std::future_status::ready;
  }
  std::optional<Error> Outcome() {
    REQUIRE(Ended());
    return reported_.get();
  }

 private:
  std::shared_ptr<std::promise<std::optional<Error>>> promise_ =
      std::make_shared<std::promise<std::optional<Error>>>();
  std::future<std::optional<Error>> reported_;
};

}  // namespace nsf::test
