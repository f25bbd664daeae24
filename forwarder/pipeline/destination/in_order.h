// SPDX-License-Identifier: Apache-2.0
// Delivery in order, for any sinks and any store: publish to every sink, put what was refused into
// the dead letter, and only then commit the state. At least once: a crash in between repeats the
// batches under way and loses nothing. What the store takes into its commit is not published but
// left to that last step: all of it, or nothing.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/clock.h"
#include "ports/destination.h"
#include "ports/sink.h"
#include "ports/state_store.h"
#include "ports/telemetry.h"

namespace nsf {

// Thread-safe: works on the threads on which sinks and store report. What it is given outlives it,
// and every commit under way ends before it is destroyed.
class InOrderDestination final : public Destination {
 public:
  // `dead_letter` is given one line of JSON a record, and why it was refused.
  InOrderDestination(std::map<std::string, Sink*> sinks, Sink& dead_letter, StateStore& store,
                     Telemetry& telemetry, const Clock& clock);

  void Commit(std::unique_ptr<Batch> batch, Done done) override;

  // What is published from now on goes to `sink`; null: there is none of that name any more, and no
  // batch will be for it. For the thread that commits.
  void SetSink(const std::string& name, Sink* sink);

  // The batches of this stream that failed will not be given again: the next one is a first one.
  // Nothing of the stream may be under way.
  void Abandon(const std::string& tenant, const std::string& stream);

 private:
  struct Flight;
  using FlightPtr = std::shared_ptr<Flight>;
  struct Group;

  struct Failure {
    std::string where;
    Error error;
  };

  // One stream's batches that are not settled, in the order given. At its head one thing is done at
  // a time, by whichever thread reported last; whoever does it calls out without the lock.
  struct Lane {
    std::deque<FlightPtr> flights;
    bool busy = false;  // at the head
    // After a failure: everything comes back with it, until the batch that failed is given again.
    std::optional<Failure> failure;
    const Batch* failed = nullptr;
  };

  void Publish(Lane& lane, const FlightPtr& flight);
  // Does what is next at the head of the lane, unless somebody is at it.
  void Advance(Lane& lane);
  // Makes the dead letter's own records of what was refused.
  void CollectRejected(Flight& flight);
  void KeepRejected(Lane& lane, const FlightPtr& flight);
  // It is published, and nothing is left to do but to commit it.
  static bool JoinsOthers(const Flight& flight);
  // What the store is given of them.
  static StateStore::Addition Contents(const std::vector<FlightPtr>& flights);
  void CommitState(Lane& lane, std::vector<FlightPtr> flights);
  // Those behind the group that are ready by now join it.
  StateStore::Addition Gather(const Lane& lane, Group& group);
  void TellTaken(const std::vector<SinkBatch*>& records, std::chrono::microseconds elapsed,
                 const Result<void>& committed);
  void Fail(Lane& lane, const Flight& flight, Failure failure);
  // The first of the lane are settled, or handed back.
  void HandBack(Lane& lane, const std::vector<FlightPtr>& flights);
  void Leave(Lane& lane);

  std::map<std::string, Sink*> sinks_;
  Sink& dead_letter_;
  StateStore& store_;
  Telemetry& telemetry_;
  const Clock& clock_;
  std::mutex mutex_;  // of the lanes, and of what is under way of each flight
  std::map<std::pair<std::string, std::string>, Lane> lanes_;  // by tenant and stream
};

}  // namespace nsf
