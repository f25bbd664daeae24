// SPDX-License-Identifier: Apache-2.0
// What the tests of the destination have in common: a telemetry that hears nothing, a clock that
// stands, and a batch.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/destination/in_order.h"

namespace nsf::test {

// A test overrides what it wants to hear.
class DeafTelemetry : public Telemetry {
 public:
  void Stream(const std::string&, const std::string&, const StreamSnapshot&) override {}
  void Budget(const std::string&, const BudgetSnapshot&) override {}
  void RequestDuration(const std::string&, std::chrono::microseconds) override {}
  void EventDelay(const std::string&, std::chrono::milliseconds, std::size_t) override {}
  void EventLateness(const std::string&, std::chrono::milliseconds, std::size_t) override {}
  void Published(const std::string&, std::chrono::microseconds, std::string_view) override {}
  void Truncated(const std::string&, std::size_t) override {}
  void Repaired(const std::string&, std::size_t) override {}
  void Replayed(const std::string&, const std::string&, const std::string&, std::size_t) override {}
  void StateCommitted(std::chrono::microseconds, bool) override {}
};

class StoppedClock : public Clock {
  Now Read() const override { return {}; }
};

// "one", "two" and "three" for each of `sinks`, and a cursor that moves.
inline std::unique_ptr<Batch> ThreeRecords(const std::vector<std::string>& sinks) {
  auto batch = std::make_unique<Batch>();
  for (const std::string& name : sinks) {
    SinkBatch sink;
    sink.sink = name;
    sink.tenant = "acme";
    sink.stream = "audit";
    for (const char* value : {"one", "two", "three"}) {
      Record record;
      record.value = record.raw = record.event_id = value;
      sink.records.push_back(record);
      sink.outcomes.push_back(OutcomeKind::kUndecided);
    }
    batch->sinks.push_back(std::move(sink));
  }
  batch->state.push_back({"cursor", "moved"});
  return batch;
}

// Of a destination that settles before it returns.
inline Settlement CommitTo(Destination& destination, std::unique_ptr<Batch> batch) {
  std::optional<Settlement> settled;
  destination.Commit(std::move(batch), [&](Settlement s) { settled = std::move(s); });
  REQUIRE(settled);
  return std::move(*settled);
}

}  // namespace nsf::test
