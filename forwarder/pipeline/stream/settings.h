// SPDX-License-Identifier: Apache-2.0
// What a stream is told at its start: one tenant's event type, as the configuration has it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/dialect/dialect.h"
#include "core/event/classification.h"
#include "core/format/typed/event_type.h"
#include "core/privacy/privacy_settings.h"
#include "core/walk/window_plan.h"
#include "ports/clock.h"
#include "ports/record.h"

namespace nsf {

class Directory;

struct SinkSpec {
  std::string name;
  Format format = Format::kOcsf;
};

// What a stream may hold of its events. A batch is what a crash may repeat; it is delivered in
// parts, which are on their way side by side, so that neither the sinks nor the stream wait for the
// other. A part is closed when it reaches its share, or `age`.
struct BatchLimits {
  std::size_t events = 10'000;  // of all parts on their way together
  // Of all that a stream holds of its events: two fifths for the page whose rows are taken; three
  // for the parts on their way and the one being built (formatted payloads and the rows they were
  // made from). Pages asked for ahead of a slow tenant come on top.
  std::size_t bytes = std::size_t{16} * 1024 * 1024;
  std::chrono::milliseconds age{1'000};  // since a part's first event

  // How many parts are on their way at most.
  std::size_t under_way() const { return std::clamp<std::size_t>(events, 1, kParts); }
  std::size_t part_events() const { return std::max<std::size_t>(events / under_way(), 1); }
  std::size_t part_bytes() const { return bytes / 5 * 3 / (under_way() + 1); }

 private:
  static constexpr std::size_t kParts = 6;
};

// A piece of time that was walked before is walked again, by a stream of its own beside the one
// that it repeats: from `start` on, in the requests that others leave. Its events are marked as
// repeated.
struct Rewalk {
  std::string name;  // in the state, in place of the stream's
  WallSeconds end;   // the first second that is not walked
};

// The stream reads the tenant's iterator, in place of its list.
struct IteratorSettings {
  std::string path = "/api/v2/events/dataexport/events/audit";
  std::string index;  // empty: a name is drawn at the first start, and kept in the state
  // Others may take the state over while this process runs: the index is moved only shortly after a
  // commit, which who was shut out cannot make.
  bool is_shared = false;
};

struct StreamSettings {
  std::string tenant;
  std::string stream = "audit";
  std::string path = "/api/v2/events/data/audit";
  std::string token_reference;  // how messages name the token
  DialectPins pins;
  WindowSettings windows;                     // `settle` for insertion windows
  std::chrono::seconds settle_by_event{600};  // for event windows
  std::uint32_t page_size = 5000;
  std::size_t concurrency = 8;  // pages asked for at a time
  std::vector<std::chrono::seconds> revisit{std::chrono::minutes(15), std::chrono::hours(1),
                                            std::chrono::hours(24)};
  bool deliver_changed = false;  // a known event with other content is delivered anew
  // Ids in memory; above it, those of closed windows wait in the store for their revisit.
  std::size_t ids_in_memory = 20'000;
  std::chrono::milliseconds poll_interval{30'000};
  std::chrono::milliseconds timeout{180'000};
  std::size_t max_page_bytes = std::size_t{32} * 1024 * 1024;
  // Where a stream without state begins: so long before the tenant's now, or at a time.
  std::variant<std::chrono::seconds, WallSeconds> start = std::chrono::hours(24);
  std::vector<SinkSpec> sinks;
  BatchLimits batch;
  std::optional<Rewalk> rewalk;
  std::optional<IteratorSettings> iterator;
  // Records point into it: it outlives all that were made. Without rules, all is a base event.
  std::shared_ptr<const ClassificationTable> classification =
      std::make_shared<const ClassificationTable>(ClassificationRules{});
  // What its events are read by, in place of the classification; null: the stream is `audit`, or
  // nothing is known of its type. It outlives all that were made.
  const EventType* event_type = nullptr;
  FilterSettings filter;
  std::shared_ptr<const Directory> directory;  // who people are; null: nobody is asked
  RedactionSettings redaction;

  const std::string& asked_path() const { return iterator ? iterator->path : path; }
  std::string_view state_name() const { return rewalk ? rewalk->name : stream; }
};

// The second at which a stream without state begins.
WallSeconds FirstStart(const StreamSettings& settings, WallSeconds tenant_now);

}  // namespace nsf
