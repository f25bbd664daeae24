// SPDX-License-Identifier: Apache-2.0
// What is known of every stream and sink at the moment, for those who ask from outside: metrics,
// readiness, the status page. Health is judged when somebody asks, so that a stream which does
// nothing, or a loop that hangs, shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/status/rate_history.h"
#include "core/health/health.h"
#include "ports/clock.h"
#include "ports/health.h"
#include "ports/telemetry.h"

namespace nsf {

struct WatchedStream {
  std::string tenant;
  std::string stream;
  std::vector<std::string> sinks;
  std::chrono::milliseconds poll_interval{30'000};
  std::chrono::milliseconds timeout{180'000};
};

// After a step of a stream.
struct StreamStep {
  std::shared_ptr<const StreamSnapshot> snapshot;
  BudgetSnapshot budget;                           // of its tenant
  std::optional<MonotonicTime> undelivered_since;  // Stream::failing_since()
};

struct StreamView {
  WatchedStream watched;
  std::shared_ptr<const StreamSnapshot> snapshot;  // never null
  BudgetSnapshot budget;
  StreamHealth health;
  std::optional<std::chrono::seconds> lag;  // now, by the tenant's clock
  RateHistory history;
};

// Where a stream is, when instances share them.
enum class StreamPlace : std::uint8_t {
  kHere,
  kAwaited,    // it is not known yet, or this instance is about to have it
  kElsewhere,  // another instance has it
};

struct SinkTrouble {
  std::string message;  // for people, with the next step
  Now since;
};

// Thread-safe.
class StreamBoard {
 public:
  // Shown from now on; what was known of it stays.
  void Watch(const WatchedStream& stream, const Now& now);
  void Forget(const std::string& tenant, const std::string& stream);

  // Where a stream is another instance's it is not shown here, and nothing is expected of it.
  void SetPlace(const std::string& tenant, const std::string& stream, StreamPlace place);
  StreamPlace PlaceOf(const std::string& tenant, const std::string& stream) const;

  void Note(const std::string& tenant, const std::string& stream, StreamStep step, const Now& now);
  // Absent: it goes on. `sink` may be "dead_letter".
  void NoteSink(const std::string& sink, std::optional<SinkTrouble> trouble);
  // Call about once a second.
  void LookAround(const Now& now);

  // Those that are here.
  std::vector<StreamView> Streams(const Now& now);
  std::vector<NamedHealth> Health(const Now& now);
  std::map<std::string, SinkTrouble> Troubles() const;
  // Every stream that is here had an answer at least once at the same time; stays true.
  bool all_tried() const;

 private:
  struct Entry {
    WatchedStream watched;
    std::shared_ptr<const StreamSnapshot> snapshot = std::make_shared<const StreamSnapshot>();
    BudgetSnapshot budget;
    std::optional<MonotonicTime> undelivered_since;
    std::optional<MonotonicTime> unanswered_since;
    std::optional<MonotonicTime> limited_since;
    MonotonicTime limited_at{};
    MonotonicTime heard_at{};
    StreamPlace place = StreamPlace::kHere;
    HealthHistory health;
    RateHistory history;
  };
  using Key = std::pair<std::string, std::string>;

  void NoteTried();
  HealthFacts FactsOf(const Entry& entry, const Now& now) const;
  StreamHealth HealthOf(Entry* entry, const Now& now) const;

  mutable std::mutex mutex_;  // of all below
  std::map<Key, Entry> streams_;
  std::map<std::string, SinkTrouble> troubles_;
  bool all_tried_ = false;
};

}  // namespace nsf
