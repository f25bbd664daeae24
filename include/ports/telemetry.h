// SPDX-License-Identifier: Apache-2.0
// What the program tells about itself. Streams hand over whole snapshots, so that a scrape never
// sees half a step; nothing in the program reads any of it back. All calls are thread-safe, cheap
// and never block on a scraper. The names are those of docs/METRICS.md without their prefix.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/clock.h"

namespace nsf {

// Counts of one stream at one sink. dead_lettered is by reason.
struct SinkCounts {
  std::uint64_t delivered = 0;
  std::map<std::string, std::uint64_t> dead_lettered;
};

// How much of one day (UTC, the tenant's time) is proven complete, and how much was walked and is
// not. What is neither was not walked.
struct DayProof {
  WallSeconds day;
  std::chrono::seconds proven{0};
  std::chrono::seconds unproven{0};
  std::uint64_t events = 0;  // in what was walked

  friend bool operator==(const DayProof&, const DayProof&) = default;
};

// One stream, after one step. Counters only grow. For every sink, always:
//   received = out_of_window + deduplicated + filtered + delivered + dead_lettered + pending
struct StreamSnapshot {
  std::map<std::string, std::uint64_t> requests;  // by code: "200", "429", "error"
  std::uint64_t response_bytes = 0;               // decoded bodies
  std::uint64_t rate_limited = 0;                 // answers 429
  std::uint64_t received = 0;
  std::uint64_t out_of_window = 0;
  std::uint64_t deduplicated = 0;
  std::uint64_t changed = 0;
  std::map<std::string, std::uint64_t> filtered;  // by reason
  std::uint64_t unclassified = 0;
  // Events by what became of their actor: found, stale, missing, no_picture, no_user. Empty where
  // nobody is asked.
  std::map<std::string, std::uint64_t> identified;
  std::uint64_t pending = 0;
  // Signs of another consumer of the iterator's index; absent where a list is read.
  std::optional<std::uint64_t> index_conflicts;
  std::map<std::string, SinkCounts> sinks;            // by sink name
  std::map<std::string, std::uint64_t> windows;       // by result: whole, moved, failed
  std::optional<WallSeconds> delivered_until;         // the tenant's time
  std::optional<WallSeconds> proven_until;            // end of the last window proven complete
  std::uint64_t windows_incomplete = 0;               // closed windows not proven
  std::shared_ptr<const std::vector<DayProof>> days;  // the last month, ascending; may be null
  std::optional<WallTime> checkpoint;                 // last durable commit, own clock
  std::optional<bool> up;                             // the last poll succeeded
  std::string blocked_reason;                         // label; empty: not blocked
  std::string waits_for;   // a batch does: for a sink, by its name, "dead_letter" or "state"
  std::string last_error;  // for people; empty: none since success
  bool tried = false;      // at least one answer was judged
  bool caught_up = false;  // the last edge walk is delivered
  std::optional<std::chrono::milliseconds> clock_skew;  // tenant's time - own time
  std::optional<WallSeconds> first_window_start;        // where this stream began

  std::uint64_t filtered_in_all() const {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : filtered) sum += count;
    return sum;
  }
};

// The request budget of one tenant's token.
struct BudgetSnapshot {
  std::optional<double> remaining;         // as the tenant last stated
  double per_second = 0;                   // as now steered
  std::chrono::milliseconds throttled{0};  // summed up, since start
  MonotonicTime held_until{};              // nothing is sent before: the tenant said so
};

// What is known of the people of one tenant, and how it is got.
struct IdentitySnapshot {
  std::optional<WallSeconds> taken;  // of the picture in use; absent: there is none
  WallSeconds fresh_until{};         // after it the picture is stale
  bool whole = true;                 // nothing moved while it was taken
  std::uint64_t users = 0;
  std::uint64_t groups = 0;
  std::uint64_t bytes = 0;                        // of memory
  std::map<std::string, std::uint64_t> requests;  // by code, as a stream's
  std::map<std::string, std::uint64_t> walks;     // by result: whole, moved, failed
  std::optional<bool> up;                         // the last answer was taken
  std::string blocked_reason;                     // label; empty: not blocked
  std::string last_error;                         // for people; empty: none since success
};

class Telemetry {
 public:
  virtual ~Telemetry() = default;

  virtual void Stream(const std::string& tenant, const std::string& stream,
                      const StreamSnapshot& snapshot) = 0;
  virtual void Budget(const std::string& tenant, const BudgetSnapshot& snapshot) = 0;

  virtual void Identities(const std::string& /*tenant*/, const IdentitySnapshot& /*snapshot*/) {}

  // A finished exchange with the tenant.
  virtual void RequestDuration(const std::string& tenant, std::chrono::microseconds elapsed) = 0;
  // Insertion (or event) time to acknowledgement, for `count` events.
  virtual void EventDelay(const std::string& tenant, std::chrono::milliseconds delay,
                          std::size_t count) = 0;
  // How late `count` events were that a revisit found.
  virtual void EventLateness(const std::string& tenant, std::chrono::milliseconds lateness,
                             std::size_t count) = 0;
  // One publish of a batch; `reason` is empty when every record was decided.
  virtual void Published(const std::string& sink, std::chrono::microseconds elapsed,
                         std::string_view reason) = 0;
  // `count` events were delivered in part: shortened to what the format allows or the receiver
  // takes.
  virtual void Truncated(const std::string& sink, std::size_t count) = 0;
  // `count` events were delivered with U+FFFD in the place of bytes that are not UTF-8.
  virtual void Repaired(const std::string& sink, std::size_t count) = 0;
  // `count` events were delivered again because an operator asked for it.
  virtual void Replayed(const std::string& tenant, const std::string& stream,
                        const std::string& sink, std::size_t count) = 0;
  virtual void StateCommitted(std::chrono::microseconds elapsed, bool durable) = 0;
};

}  // namespace nsf
