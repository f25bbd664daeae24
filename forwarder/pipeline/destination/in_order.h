// SPDX-License-Identifier: Apache-2.0
// Delivery in order, for any sinks and any store: publish to every sink, put what was refused into
// the dead letter, and only then commit the state. At least once: a crash in between repeats the
// batch and loses nothing.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "ports/clock.h"
#include "ports/destination.h"
#include "ports/sink.h"
#include "ports/telemetry.h"

namespace nsf {

// Thread-safe: works on the threads on which sinks and store report. What it is given outlives it,
// and every commit under way ends before it is destroyed.
class InOrderDestination final : public Destination {
 public:
  // `dead_letter` is given one line of JSON a record.
  InOrderDestination(std::map<std::string, Sink*> sinks, Sink& dead_letter, StateStore& store,
                     Telemetry& telemetry, const Clock& clock);

  void Commit(std::unique_ptr<Batch> batch, Done done) override;

 private:
  struct Flight;
  using FlightPtr = std::shared_ptr<Flight>;

  void Publish(const FlightPtr& flight);
  void OnPublished(const FlightPtr& flight);
  void KeepRejected(const FlightPtr& flight);
  void CommitState(const FlightPtr& flight);
  static void Fail(const FlightPtr& flight, const std::string& where, Error error);
  static void Finish(const FlightPtr& flight);

  std::map<std::string, Sink*> sinks_;
  Sink& dead_letter_;
  StateStore& store_;
  Telemetry& telemetry_;
  const Clock& clock_;
};

}  // namespace nsf
