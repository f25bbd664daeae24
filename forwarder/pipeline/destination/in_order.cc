// SPDX-License-Identifier: Apache-2.0
// One batch on its way: sinks side by side, then dead letter, then state.
#include "pipeline/destination/in_order.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "core/format/dead_letter.h"

namespace nsf {
namespace {

std::chrono::microseconds Since(MonotonicTime begun, const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock.Read().monotonic - begun);
}

bool Decided(const SinkBatch& batch) {
  return std::find(batch.outcomes.begin(), batch.outcomes.end(), OutcomeKind::kUndecided) ==
         batch.outcomes.end();
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

}  // namespace

struct InOrderDestination::Flight {
  std::unique_ptr<Batch> batch;
  Done done;
  std::atomic<std::size_t> publishing{0};
  std::mutex mutex;  // of the two below: sinks report side by side
  std::optional<Error> error;
  std::string error_sink;
  // The dead letter's own records, while they are written.
  SinkBatch dead;
  Arena dead_lines;
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
  flight->batch = std::move(batch);
  flight->done = std::move(done);
  Publish(flight);
}

void InOrderDestination::Publish(const FlightPtr& flight) {
  std::vector<SinkBatch*> undecided;
  for (SinkBatch& sink : flight->batch->sinks) {
    if (!Decided(sink)) undecided.push_back(&sink);
  }
  if (undecided.empty()) return KeepRejected(flight);
  flight->publishing = undecided.size();
  for (SinkBatch* sink : undecided) {
    const MonotonicTime begun = clock_.Read().monotonic;
    sinks_.at(sink->sink)
        ->Publish(*sink, [this, flight, sink, begun](const std::optional<Error>& error) {
          const bool decided = Decided(*sink);
          telemetry_.Published(sink->sink, Since(begun, clock_),
                               decided ? std::string_view() : ReasonLabel(error));
          if (!decided) {
            const std::lock_guard lock(flight->mutex);
            flight->error =
                error.value_or(Error{ErrorKind::kRetry, "not every record is delivered"});
            flight->error_sink = sink->sink;
          }
          if (--flight->publishing == 0) OnPublished(flight);
        });
  }
}

void InOrderDestination::OnPublished(const FlightPtr& flight) {
  if (flight->error) return Finish(flight);
  KeepRejected(flight);
}

void InOrderDestination::KeepRejected(const FlightPtr& flight) {
  if (flight->batch->dead_lettered) return CommitState(flight);
  SinkBatch& dead = flight->dead;
  dead.sink = "dead_letter";
  std::string line;
  for (const SinkBatch& sink : flight->batch->sinks) {
    dead.tenant = sink.tenant;
    dead.stream = sink.stream;
    for (const Rejection& rejection : sink.rejections) {
      Record record = sink.records[rejection.index];
      line.clear();
      AppendDeadLetter(sink, record, rejection, clock_.Read().wall, &line);
      record.value = flight->dead_lines.Copy(line);
      dead.records.push_back(record);
      dead.outcomes.push_back(OutcomeKind::kUndecided);
    }
  }
  if (dead.records.empty()) return CommitState(flight);
  dead_letter_.Publish(dead, [this, flight](const std::optional<Error>& error) {
    const auto delivered = std::count(flight->dead.outcomes.begin(), flight->dead.outcomes.end(),
                                      OutcomeKind::kDelivered);
    if (static_cast<std::size_t>(delivered) != flight->dead.records.size()) {
      return Fail(flight, "dead_letter",
                  error.value_or(Error{ErrorKind::kRetry, "not every refused record is kept"}));
    }
    flight->batch->dead_lettered = true;
    CommitState(flight);
  });
}

void InOrderDestination::CommitState(const FlightPtr& flight) {
  if (flight->batch->state.empty()) return Finish(flight);
  const MonotonicTime begun = clock_.Read().monotonic;
  store_.Commit(flight->batch->state, [this, flight, begun](const Result<void>& committed) {
    telemetry_.StateCommitted(Since(begun, clock_), committed.has_value());
    if (!committed) return Fail(flight, "state", committed.error());
    Finish(flight);
  });
}

void InOrderDestination::Fail(const FlightPtr& flight, const std::string& where, Error error) {
  flight->error = std::move(error);
  flight->error_sink = where;
  Finish(flight);
}

void InOrderDestination::Finish(const FlightPtr& flight) {
  Settlement settlement;
  for (const SinkBatch& sink : flight->batch->sinks) {
    const auto delivered =
        std::count(sink.outcomes.begin(), sink.outcomes.end(), OutcomeKind::kDelivered);
    settlement.sinks.push_back({sink.sink, static_cast<std::size_t>(delivered), sink.rejections});
  }
  settlement.batch = std::move(flight->batch);
  settlement.error = std::move(flight->error);
  settlement.error_sink = std::move(flight->error_sink);
  flight->done(std::move(settlement));
}

}  // namespace nsf
