// SPDX-License-Identifier: Apache-2.0
// Batches on their way: sinks side by side; then, one lane at a time, dead letter and state.
#include "pipeline/destination/in_order.h"

#include <algorithm>
#include <utility>

#include "core/format/dead_letter.h"
#include "pipeline/destination/rejections.h"

namespace nsf {
namespace {

std::chrono::microseconds Since(MonotonicTime begun, const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock.Read().monotonic - begun);
}

bool Decided(const SinkBatch& batch) {
  return std::find(batch.outcomes.begin(), batch.outcomes.end(), OutcomeKind::kUndecided) ==
         batch.outcomes.end();
}

// How many of the sink's rejections stand in the dead letter.
std::size_t KeptOf(const Batch& batch, std::size_t sink) {
  return sink < batch.dead_lettered.size() ? batch.dead_lettered[sink] : 0;
}

// Records were refused that do not stand in the dead letter yet.
bool HasUnkept(const Batch& batch) {
  for (std::size_t sink = 0; sink < batch.sinks.size(); ++sink) {
    if (batch.sinks[sink].rejections.size() > KeptOf(batch, sink)) return true;
  }
  return false;
}

void NoteKept(Batch& batch) {
  batch.dead_lettered.clear();
  for (const SinkBatch& sink : batch.sinks) batch.dead_lettered.push_back(sink.rejections.size());
}

Settlement Settled(std::unique_ptr<Batch> batch) {
  Settlement settlement;
  for (const SinkBatch& sink : batch->sinks) {
    const auto delivered =
        std::count(sink.outcomes.begin(), sink.outcomes.end(), OutcomeKind::kDelivered);
    settlement.sinks.push_back({sink.sink, static_cast<std::size_t>(delivered), sink.rejections});
  }
  settlement.batch = std::move(batch);
  return settlement;
}

// The label of sink_errors_total: bounded, whatever a message says.
std::string_view ReasonLabel(const std::optional<Error>& error) {
  if (!error) return "undecided";
  switch (error->kind) {
    case ErrorKind::kRetry:
      return "unavailable";
    case ErrorKind::kStop:
      return "stopped";
    case ErrorKind::kConfiguration:
      return "configuration";
    case ErrorKind::kClosed:
      return "closed";
  }
  return "undecided";
}

// Of the delivered records, those that the receiver has otherwise than the tenant wrote them.
void TellAltered(const SinkBatch& batch, Telemetry* telemetry) {
  std::size_t truncated = batch.truncated;
  std::size_t repaired = 0;
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    if (batch.outcomes[i] != OutcomeKind::kDelivered) continue;
    truncated += batch.records[i].shortened ? 1U : 0U;
    repaired += batch.records[i].repaired ? 1U : 0U;
  }
  if (truncated > 0) telemetry->Truncated(batch.sink, truncated);
  if (repaired > 0) telemetry->Repaired(batch.sink, repaired);
}

}  // namespace

struct InOrderDestination::Flight {
  std::unique_ptr<Batch> batch;
  Done done;
  std::size_t publishing = 0;  // sinks that have not reported yet
  std::optional<Failure> failure;
  // The dead letter's own records, while they are written.
  SinkBatch dead;
  Arena dead_lines;
};

bool InOrderDestination::JoinsOthers(const Flight& flight) {
  return flight.publishing == 0 && !flight.failure && !HasUnkept(*flight.batch);
}

// What is committed at once: the first of a lane.
struct InOrderDestination::Group {
  std::vector<FlightPtr> flights;
  std::vector<SinkBatch*> records;  // that the store takes into the commit
  std::size_t refused = 0;          // of them, before it
};

InOrderDestination::InOrderDestination(std::map<std::string, Sink*> sinks, Sink& dead_letter,
                                       StateStore& store, Telemetry& telemetry, const Clock& clock)
    : sinks_(std::move(sinks)),
      dead_letter_(dead_letter),
      store_(store),
      telemetry_(telemetry),
      clock_(clock) {}

void InOrderDestination::Commit(std::unique_ptr<Batch> batch, Done done) {
  const auto flight = std::make_shared<Flight>();
  const SinkBatch& first = batch->sinks.front();
  bool refused = false;
  Lane* lane = nullptr;
  {
    const std::lock_guard lock(mutex_);
    lane = &lanes_[{first.tenant, first.stream}];
    if (lane->failed == batch.get() && lane->flights.empty()) {
      lane->failed = nullptr;
      lane->failure.reset();
    }
    refused = lane->failure.has_value();
    flight->batch = std::move(batch);
    flight->done = std::move(done);
    flight->publishing = refused ? 0 : 1;  // until all sinks are told
    lane->flights.push_back(flight);
  }
  if (refused) return Advance(*lane);
  Publish(*lane, flight);
}

void InOrderDestination::SetSink(const std::string& name, Sink* sink) {
  if (sink == nullptr) {
    sinks_.erase(name);
  } else {
    sinks_[name] = sink;
  }
}

void InOrderDestination::Abandon(const std::string& tenant, const std::string& stream) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lanes_[{tenant, stream}];
  lane.failure.reset();
  lane.failed = nullptr;
}

void InOrderDestination::Publish(Lane& lane, const FlightPtr& flight) {
  const auto reported = [this, &lane, flight](std::optional<Failure> failure) {
    {
      const std::lock_guard lock(mutex_);
      if (failure) flight->failure = std::move(failure);
      if (--flight->publishing > 0) return;
    }
    Advance(lane);
  };
  for (SinkBatch& sink : flight->batch->sinks) {
    if (Decided(sink) || store_.Takes(sink)) continue;
    {
      const std::lock_guard lock(mutex_);
      ++flight->publishing;
    }
    const MonotonicTime begun = clock_.Read().monotonic;
    sinks_.at(sink.sink)->Publish(sink, [this, &sink, begun,
                                         reported](const std::optional<Error>& error) {
      const bool decided = Decided(sink);
      telemetry_.Published(sink.sink, Since(begun, clock_),
                           decided ? std::string_view() : ReasonLabel(error));
      if (decided) TellAltered(sink, &telemetry_);
      if (decided) return reported(std::nullopt);
      reported(Failure{sink.sink,
                       error.value_or(Error{ErrorKind::kRetry, "not every record is delivered"})});
    });
  }
  reported(std::nullopt);
}

void InOrderDestination::Advance(Lane& lane) {
  std::vector<FlightPtr> ready;  // the first of the lane, as far as they are published
  {
    const std::lock_guard lock(mutex_);
    if (lane.busy) return;
    for (const FlightPtr& flight : lane.flights) {
      if (flight->publishing > 0) break;
      ready.push_back(flight);
    }
    if (ready.empty()) return;
    lane.busy = true;
  }
  const FlightPtr first = ready.front();
  if (!lane.failure && first->failure) Fail(lane, *first, *first->failure);
  if (lane.failure) {
    HandBack(lane, ready);
    return Leave(lane);
  }
  if (HasUnkept(*first->batch)) {
    CollectRejected(*first);
    if (!store_.Takes(first->dead)) return KeepRejected(lane, first);
  }
  // All that can be is made durable at once.
  ready.erase(std::find_if_not(ready.begin() + 1, ready.end(),
                               [](const FlightPtr& flight) { return JoinsOthers(*flight); }),
              ready.end());
  CommitState(lane, std::move(ready));
}

void InOrderDestination::CollectRejected(Flight& flight) {
  SinkBatch& dead = flight.dead;
  dead = {};
  dead.sink = "dead_letter";
  flight.dead_lines = {};
  TextBuffer line;
  for (std::size_t i = 0; i < flight.batch->sinks.size(); ++i) {
    const SinkBatch& sink = flight.batch->sinks[i];
    dead.tenant = sink.tenant;
    dead.stream = sink.stream;
    dead.replay = sink.replay;
    for (std::size_t at = KeptOf(*flight.batch, i); at < sink.rejections.size(); ++at) {
      const Rejection& rejection = sink.rejections[at];
      Record record = sink.records[rejection.index];
      const WallTime now = clock_.Read().wall;
      line.clear();
      AppendDeadLetter(sink, record, rejection, now, &line);
      dead.refusals.push_back({sink.sink, rejection.reason, rejection.detail, now});
      record.value = flight.dead_lines.Copy(line.view());
      dead.records.push_back(record);
      dead.outcomes.push_back(OutcomeKind::kUndecided);
    }
  }
}

void InOrderDestination::KeepRejected(Lane& lane, const FlightPtr& flight) {
  dead_letter_.Publish(flight->dead, [this, &lane, flight](const std::optional<Error>& error) {
    const auto delivered = std::count(flight->dead.outcomes.begin(), flight->dead.outcomes.end(),
                                      OutcomeKind::kDelivered);
    if (static_cast<std::size_t>(delivered) == flight->dead.records.size()) {
      NoteKept(*flight->batch);
    } else {
      Fail(lane, *flight,
           {"dead_letter",
            error.value_or(Error{ErrorKind::kRetry, "not every refused record is kept"})});
    }
    Leave(lane);
  });
}

StateStore::Addition InOrderDestination::Contents(const std::vector<FlightPtr>& flights) {
  StateStore::Addition all;
  for (const FlightPtr& flight : flights) {
    const auto& state = flight->batch->state;
    all.changes.insert(all.changes.end(), state.begin(), state.end());
    for (SinkBatch& sink : flight->batch->sinks) {
      if (!Decided(sink)) all.batches.push_back(&sink);
    }
    if (HasUnkept(*flight->batch)) all.batches.push_back(&flight->dead);
  }
  return all;
}

StateStore::Addition InOrderDestination::Gather(const Lane& lane, Group& group) {
  std::vector<FlightPtr> ready;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = group.flights.size(); i < lane.flights.size(); ++i) {
      if (!JoinsOthers(*lane.flights[i])) break;
      ready.push_back(lane.flights[i]);
    }
  }
  StateStore::Addition more = Contents(ready);
  group.flights.insert(group.flights.end(), ready.begin(), ready.end());
  group.records.insert(group.records.end(), more.batches.begin(), more.batches.end());
  group.refused += RejectionsIn(more.batches);
  return more;
}

void InOrderDestination::CommitState(Lane& lane, std::vector<FlightPtr> flights) {
  const auto group = std::make_shared<Group>();
  StateStore::Addition first = Contents(flights);
  group->flights = std::move(flights);
  group->records = first.batches;
  group->refused = RejectionsIn(first.batches);
  if (first.changes.empty() && first.batches.empty()) {
    HandBack(lane, group->flights);
    return Leave(lane);
  }
  const MonotonicTime begun = clock_.Read().monotonic;
  store_.CommitGathering(
      first.batches, std::move(first.changes),
      [this, &lane, group] { return Gather(lane, *group); },
      [this, &lane, group, begun](const Result<void>& committed) {
        telemetry_.StateCommitted(Since(begun, clock_), committed.has_value());
        TellTaken(group->records, Since(begun, clock_), committed);
        // What was refused goes to the dead letter, and the rest is committed again.
        const bool again = !committed && RejectionsIn(group->records) > group->refused;
        if (again) return Leave(lane);
        if (!committed) Fail(lane, *group->flights.front(), {"state", committed.error()});
        HandBack(lane, group->flights);
        Leave(lane);
      });
}

void InOrderDestination::TellTaken(const std::vector<SinkBatch*>& records,
                                   std::chrono::microseconds elapsed,
                                   const Result<void>& committed) {
  for (const SinkBatch* sink : records) {
    if (!sink->refusals.empty()) continue;
    telemetry_.Published(sink->sink, elapsed,
                         committed ? std::string_view() : ReasonLabel(committed.error()));
    if (committed) TellAltered(*sink, &telemetry_);
  }
}

// Only at the head of the lane, which is what keeps others off `failure`.
void InOrderDestination::Fail(Lane& lane, const Flight& flight, Failure failure) {
  const std::lock_guard lock(mutex_);
  lane.failure = std::move(failure);
  lane.failed = flight.batch.get();
}

void InOrderDestination::HandBack(Lane& lane, const std::vector<FlightPtr>& flights) {
  std::optional<Failure> failure;
  {
    const std::lock_guard lock(mutex_);
    failure = lane.failure;
    const auto count = static_cast<std::ptrdiff_t>(flights.size());
    lane.flights.erase(lane.flights.begin(), lane.flights.begin() + count);
  }
  for (const FlightPtr& flight : flights) {
    Settlement settlement = Settled(std::move(flight->batch));
    if (failure) {
      settlement.error = failure->error;
      settlement.error_sink = failure->where;
    }
    flight->done(std::move(settlement));
  }
}

void InOrderDestination::Leave(Lane& lane) {
  {
    const std::lock_guard lock(mutex_);
    lane.busy = false;
  }
  Advance(lane);
}

}  // namespace nsf
