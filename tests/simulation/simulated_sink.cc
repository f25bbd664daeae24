// SPDX-License-Identifier: Apache-2.0
// The fate of a publish.
#include "simulation/simulated_sink.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/ledger/event_id.h"

namespace nsf::simulation {

SimulatedSink::SimulatedSink(const SinkScenario& scenario, std::uint64_t seed, Timeline& timeline,
                             std::shared_ptr<Door> door, Arrival arrived, Arrival unsure)
    : scenario_(scenario),
      dice_(seed),
      timeline_(timeline),
      door_(std::move(door)),
      arrived_(std::move(arrived)),
      unsure_(std::move(unsure)) {}

milliseconds SimulatedSink::Elapsed() const {
  return std::chrono::floor<milliseconds>(timeline_.now() - kBegin);
}

SimulatedSink::Fate SimulatedSink::DrawFate() {
  const auto down = [this](const Span& span) { return span.Contains(Elapsed()); };
  if (std::any_of(scenario_.down.begin(), scenario_.down.end(), down)) return Fate::kRefusedWhole;
  if (dice_.Permille(scenario_.half_fails)) return Fate::kHalf;
  if (dice_.Permille(scenario_.ack_lost)) return Fate::kAckLost;
  return Fate::kArrives;
}

std::chrono::nanoseconds SimulatedSink::UntilFlows() const {
  for (const Span& stall : scenario_.stalls) {
    if (stall.Contains(Elapsed())) return stall.end - Elapsed();
  }
  return {};
}

void SimulatedSink::Publish(SinkBatch& batch, Done done) {
  const Place place = publishing_.insert(publishing_.end(), {&batch, std::move(done), DrawFate()});
  const auto latency = scenario_.latency.Draw(&dice_);
  timeline_.After(UntilFlows() + latency, [this, place, door = door_] {
    if (!door->shut()) Arrive(place);
  });
}

bool SimulatedSink::Refuses(const Record& record) const {
  return scenario_.refuses > 0 && HashId(record.event_id).high % 1000 < scenario_.refuses;
}

void SimulatedSink::Arrive(Place place) {
  SinkBatch& batch = *place->batch;
  std::size_t left = SIZE_MAX;
  if (place->fate == Fate::kRefusedWhole) left = 0;
  if (place->fate == Fate::kHalf) {
    left =
        static_cast<std::size_t>(dice_.Between(0, static_cast<std::int64_t>(batch.records.size())));
  }
  for (std::size_t i = 0; i < batch.records.size() && left > 0; ++i) {
    if (batch.outcomes[i] != OutcomeKind::kUndecided) continue;
    --left;
    if (Refuses(batch.records[i])) {
      batch.outcomes[i] = OutcomeKind::kRejected;
      batch.rejections.push_back({i, "invalid", "refused for its content"});
      continue;
    }
    arrived_(batch, batch.records[i]);
    if (place->fate == Fate::kAckLost) {
      unsure_(batch, batch.records[i]);
    } else {
      batch.outcomes[i] = OutcomeKind::kDelivered;
    }
  }
  reporting_.splice(reporting_.end(), publishing_, place);
  timeline_.After(scenario_.latency.Draw(&dice_),
                  [this, place, door = door_] { door->Pass([this, place] { Report(place); }); });
}

void SimulatedSink::Report(Place place) {
  const Publishing reported = std::move(*place);
  reporting_.erase(place);
  std::optional<Error> error;
  if (reported.fate != Fate::kArrives) {
    error = Error{ErrorKind::kRetry, "the sink " + scenario_.name + " does not answer"};
  }
  reported.done(std::move(error));
}

void SimulatedSink::Crash() {
  for (Publishing& publishing : std::exchange(publishing_, {})) {
    SinkBatch& batch = *publishing.batch;
    auto left = dice_.Between(0, static_cast<std::int64_t>(batch.records.size()));
    for (std::size_t i = 0; i < batch.records.size() && left > 0; ++i, --left) {
      if (batch.outcomes[i] != OutcomeKind::kUndecided || Refuses(batch.records[i])) continue;
      arrived_(batch, batch.records[i]);
      unsure_(batch, batch.records[i]);
    }
  }
  reporting_.clear();
}

}  // namespace nsf::simulation
