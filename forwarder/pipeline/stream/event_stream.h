// SPDX-License-Identifier: Apache-2.0
// One tenant's event type, from request to acknowledged delivery: a value that steps, whatever it
// is read from.
//
// Step() takes what has completed and says what to start; it never blocks and knows time only as a
// value, so that production and the simulation run the same code.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/answer/budget.h"
#include "core/walk/window.h"
#include "pipeline/notice.h"
#include "pipeline/stream/settings.h"
#include "ports/clock.h"
#include "ports/destination.h"
#include "ports/http_client.h"
#include "ports/random.h"
#include "ports/result.h"
#include "ports/state_store.h"
#include "ports/telemetry.h"

namespace nsf {

// A request for a page, and the answer to it under the same ticket: answers come in any order.
struct PageRequest {
  std::uint64_t ticket = 0;
  HttpRequest http;
};
struct PageAnswer {
  std::uint64_t ticket = 0;
  HttpAnswer http;
};

// What has completed since the last step.
struct Completions {
  std::vector<PageAnswer> answers;
  std::vector<Settlement> settlements;  // in the order in which the batches were handed out
  std::optional<Result<std::vector<StateEntry>>> loaded;
};

// What the caller is to do.
struct StepOutput {
  std::vector<PageRequest> requests;
  std::vector<std::unique_ptr<Batch>> commits;  // in this order
  std::vector<std::string> load;  // prefixes of keys to read; one load is under way at a time
  MonotonicTime wake_at = MonotonicTime::max();  // step again then, if nothing completes before
  bool goes_on = false;  // a batch is full: step again at once, when it is handed over
  std::vector<Notice> notices;
  // Insertion (or event) time to acknowledgement of live events, with how many had it.
  std::vector<std::pair<std::chrono::milliseconds, std::size_t>> delays;
  // The same of events that a revisit found.
  std::vector<std::pair<std::chrono::milliseconds, std::size_t>> lateness;
};

class EventStream {
 public:
  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  virtual ~EventStream() = default;

  virtual StepOutput Step(const Now& now, Completions completions) = 0;

  // From now on nothing new is started; commits under way may still settle.
  virtual void Drain() = 0;
  virtual bool committing() const = 0;
  // Since when a batch waits for a sink, the dead letter or the store that fails.
  virtual std::optional<MonotonicTime> failing_since() const = 0;
  // The reader of a sink's pipe went away: there is nobody left to deliver to.
  virtual bool reader_gone() const = 0;

  // Has the closed windows that `range` touches walked again soon, as if a revisit were due. A
  // stream that has no windows does nothing.
  virtual void WalkAgain(const Window& range, const Now& now) = 0;
  // One of them still is to be, or what was found is not settled.
  virtual bool IsWalkingAgain(const Window& range, const Now& now) const = 0;

  // There was no state: the stream begins at settings.start.
  virtual bool begins() const = 0;
  virtual const StreamSettings& settings() const = 0;
  virtual const StreamSnapshot& snapshot() const = 0;
};

// The stream that reads what settings.iterator says: the list of the API, walked by windows
// (stream.h), or its iterator (iterator_stream.h). It goes on from what `state` holds under its
// StreamPrefix(); from settings.start when that is nothing. `budget` and `random` are shared with
// the streams of the same token and outlive the stream. Blocks for reading. Fails with kStop when
// the state is damaged or newer.
Result<std::unique_ptr<EventStream>> MakeEventStream(const StreamSettings& settings,
                                                     const StateReader& state, Budget& budget,
                                                     Random& random);

}  // namespace nsf
