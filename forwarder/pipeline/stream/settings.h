// SPDX-License-Identifier: Apache-2.0
// What a stream is told at its start: one tenant's event type, as the configuration has it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/dialect/dialect.h"
#include "core/walk/window_plan.h"
#include "ports/clock.h"
#include "ports/record.h"

namespace nsf {

struct SinkSpec {
  std::string name;
  Format format = Format::kOcsf;
};

// A batch is closed when it reaches one of these.
struct BatchLimits {
  std::size_t events = 10'000;
  // Of all that a stream holds of its events: the batch being built, the one under way and the page
  // in between. A batch, formatted payloads and the rows they were made from, may reach a third.
  std::size_t bytes = std::size_t{16} * 1024 * 1024;
  std::chrono::milliseconds age{1'000};  // since its first event
};

struct StreamSettings {
  std::string tenant;
  std::string stream = "audit";
  std::string path = "/api/v2/events/data/audit";
  std::string token_reference;  // how messages name the token
  DialectPins pins;
  WindowSettings windows;                      // `settle` for insertion windows
  std::chrono::seconds settle_by_event{600};  // for event windows
  std::uint32_t page_size = 5000;
  std::size_t concurrency = 8;  // pages asked for at a time
  std::vector<std::chrono::seconds> revisit{std::chrono::minutes(15), std::chrono::hours(1),
                                            std::chrono::hours(24)};
  bool deliver_changed = false;  // a known event with other content is delivered anew
  std::chrono::milliseconds poll_interval{30'000};
  std::chrono::milliseconds timeout{180'000};
  std::size_t max_page_bytes = std::size_t{32} * 1024 * 1024;
  // Where a stream without state begins: so long before the tenant's now, or at a time.
  std::variant<std::chrono::seconds, WallSeconds> start = std::chrono::hours(24);
  std::vector<SinkSpec> sinks;
  BatchLimits batch;
};

// The second at which a stream without state begins.
WallSeconds FirstStart(const StreamSettings& settings, WallSeconds tenant_now);

}  // namespace nsf
