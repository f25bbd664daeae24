// SPDX-License-Identifier: Apache-2.0
// The loop that drives streams in production: steps each stream when something completed for it or
// its time has come, and starts what the step asks for. The simulation of the tests is its twin in
// virtual time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/mailbox.h"
#include "pipeline/stream/event_stream.h"
#include "ports/clock.h"
#include "ports/destination.h"
#include "ports/http_client.h"
#include "ports/telemetry.h"

namespace nsf {

// Is told what happens, on the loop's thread.
class LoopObserver {
 public:
  virtual ~LoopObserver() = default;
  virtual void OnNotice(const EventStream& stream, const Notice& notice) = 0;
  virtual void OnStep(const EventStream& stream) = 0;
};

// Run() is for one thread; Wake() and last_step() are for any.
class Loop {
 public:
  Loop(const Clock& clock, Telemetry& telemetry, Destination& destination, StateStore& store,
       LoopObserver& observer);

  // `client` and `budget` outlive the loop.
  void Add(std::unique_ptr<EventStream> stream, HttpClient& client, const Budget& budget);

  // The stream starts nothing new from now on; nothing happens where there is none of that name.
  void Park(const std::string& tenant, const std::string& stream);
  bool Has(const std::string& tenant, const std::string& stream) {
    return Find(tenant, stream) != nullptr;
  }
  // Nothing of it is under way: its entries in the state may be replaced.
  bool Parked(const std::string& tenant, const std::string& stream);
  // Puts `fresh` in the place of a parked stream of the same name; answers that the old one asked
  // for are dropped. `client`: from now on; it outlives the loop.
  void Replace(std::unique_ptr<EventStream> fresh, HttpClient& client);
  // Takes a parked stream away.
  void Remove(const std::string& tenant, const std::string& stream);

  // Steps until `finished` says so; it is asked after each round, at least once a second.
  void Run(const std::function<bool(const Now&)>& finished);

  // No stream starts anything new; goes on until no commit is under way, or `until`. Whether none
  // is.
  bool Drain(MonotonicTime until);

  void Wake() { mailbox_.Wake(); }
  // The next round ends at `at`, if nothing ends it before. For the loop's own thread.
  void LookAround(MonotonicTime at) { look_around_at_ = at; }
  MonotonicTime last_step() const { return last_step_.load(); }
  // For the loop's own thread.
  std::vector<const EventStream*> streams() const;
  // As Stream's; of a stream that is not there, false.
  bool WalkAgain(const std::string& tenant, const std::string& stream, const Window& range);
  bool IsWalkingAgain(const std::string& tenant, const std::string& stream, const Window& range);

 private:
  struct Lane {
    std::unique_ptr<EventStream> stream;  // absent: the lane is free
    HttpClient* client;
    const Budget* budget;
    std::uint64_t epoch = 0;  // streams that had this lane before
    Completions completions;
    MonotonicTime wake_at = MonotonicTime::min();
    bool completed = false;
  };

  Lane* Find(const std::string& tenant, const std::string& stream);
  void Put(Lane* lane, std::unique_ptr<EventStream> stream);
  void Round(MonotonicTime until);
  void StepLane(std::size_t index, const Now& now);
  void Start(std::size_t index, StepOutput out);

  const Clock& clock_;
  Telemetry& telemetry_;
  Destination& destination_;
  StateStore& store_;
  LoopObserver& observer_;
  std::vector<Lane> lanes_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;  // in lanes_, by name
  Mailbox mailbox_;
  std::atomic<MonotonicTime> last_step_;
  MonotonicTime look_around_at_ = MonotonicTime::max();
};

}  // namespace nsf
