// SPDX-License-Identifier: Apache-2.0
// One thing after the other, and a crash between any two.
#include "simulation/world.h"

#include <algorithm>
#include <utility>

namespace nsf::simulation {
namespace {

// A run that needs more does not get on.
constexpr std::size_t kMostEvents = 2'000'000;

// The sink that a line of the dead letter is about.
std::string_view RefusedBy(std::string_view line) {
  constexpr std::string_view kKey = R"("sink":")";
  const auto at = line.find(kKey);
  if (at == std::string_view::npos) return {};
  const auto begin = at + kKey.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

}  // namespace

World::World(const Scenario& scenario, Note traffic, Note log)
    : scenario_(scenario),
      traffic_(std::move(traffic)),
      log_(std::move(log)),
      dice_(scenario.seed ^ 0x517eU),
      clock_(scenario_, timeline_),
      store_(scenario_.store, dice_.Next(), timeline_,
             [this](const std::vector<StateChange>& changes) {
               if (traffic_) WriteCommit(changes);
               lives_.front()->process->OnDurable(changes);
               for (Place& place : places_) place.oracle->OnCommit(changes);
             }),
      topic_(scenario_, scenario.seed ^ 0x70b1cU, timeline_) {
  places_.resize(scenario_.streams.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    place.scenario = &scenario_.streams[i];
    place.origin = std::make_unique<Origin>(
        *place.scenario, dice_.Next(), timeline_, [&place] { place.oracle->NoteLie(); }, traffic_);
    place.truth = std::make_unique<Truth>(*place.scenario, place.origin->tenant(),
                                          scenario_.sinks.size(), complaints_);
    place.oracle = std::make_unique<Oracle>(scenario_, *place.scenario, place.origin->tenant(),
                                            *place.truth, complaints_);
  }
  for (std::size_t i = 0; i < scenario_.sinks.size(); ++i) {
    sinks_.push_back(std::make_unique<SimulatedSink>(
        scenario_.sinks[i], dice_.Next(), timeline_, std::make_shared<Door>(),
        [this, i](const SinkBatch& batch, const Record& record) {
          if (traffic_) WriteArrival(scenario_.sinks[i].name, batch, record);
          Find(batch)->truth->Arrived(i, record);
        },
        [this, i](const SinkBatch& batch, const Record& record) {
          Find(batch)->truth->Explain(i, record);
        }));
  }
  dead_letter_ = std::make_unique<SimulatedSink>(
      scenario_.dead_letter, dice_.Next(), timeline_, std::make_shared<Door>(),
      [this](const SinkBatch& batch, const Record& record) {
        if (traffic_) WriteArrival("dead letter", batch, record);
        Find(batch)->truth->Kept(SinkNumber(RefusedBy(record.value)), record);
      },
      [this](const SinkBatch& batch, const Record& record) {
        Find(batch)->truth->Explain(SinkNumber(RefusedBy(record.value)), record);
      });
  if (scenario_.group.used) {
    StartFleet();
  } else {
    StartLife();
  }
}

void World::StartFleet() {
  fleet_ = std::make_unique<Fleet>(
      scenario_, timeline_, clock_, places_, *dead_letter_, complaints_, log_,
      [this](std::size_t sink, const SinkBatch& batch, const Record& record) {
        if (traffic_) WriteArrival(scenario_.sinks[sink].name, batch, record);
        // What is published before the commit, another owner may publish again, at any time.
        Truth& truth = *Find(batch)->truth;
        truth.Explain(sink, record);
        truth.Arrived(sink, record);
      },
      [this](Process& process, const LogCommit& commit) { OnCommitted(&process, commit); });
}

std::map<std::string, Sink*> World::SinksByName() const {
  std::map<std::string, Sink*> sinks;
  for (std::size_t i = 0; i < sinks_.size(); ++i) sinks[scenario_.sinks[i].name] = sinks_[i].get();
  return sinks;
}

void World::WriteArrival(const std::string& sink, const SinkBatch& batch, const Record& record) {
  traffic_(Elapsed() + ' ' + batch.tenant + '/' + batch.stream + ' ' + sink + " <- " +
           std::string(record.event_id));
}

void World::WriteCommit(const std::vector<StateChange>& changes) {
  std::string line = Elapsed() + " durable:";
  for (const StateChange& change : changes) {
    const bool text = change.value && change.key.find("/ids/") == std::string::npos;
    line += ' ' + change.key;
    if (text) line += " = \"" + *change.value + '"';
    if (!change.value) line += " deleted";
    line += ';';
  }
  traffic_(line);
}

Place* World::Find(const SinkBatch& batch) {
  const auto at = std::find_if(places_.begin(), places_.end(), [&](const Place& place) {
    const StreamSettings& settings = place.scenario->stream;
    return settings.tenant == batch.tenant && settings.stream == batch.stream;
  });
  return &*at;
}

std::size_t World::SinkNumber(std::string_view name) const {
  const auto at = std::find_if(scenario_.sinks.begin(), scenario_.sinks.end(),
                               [name](const SinkScenario& sink) { return sink.name == name; });
  return static_cast<std::size_t>(at - scenario_.sinks.begin());
}

void World::StartLife() {
  lives_.push_back(std::make_unique<Life>(topic_.dice().Next()));
  Life* const life = lives_.back().get();
  if (scenario_.log.used) return OpenTopic(life);
  MakeProcess(life, store_);
}

void World::OpenTopic(Life* life) {
  life->log = std::make_unique<SimulatedLog>(
      topic_, life->door,
      [this, life](const LogCommit& commit) { OnCommitted(life->process.get(), commit); });
  life->slot = std::make_unique<Slot>(*life->log, life->random,
                                      Slot::Hearers{[this, life] { OnPhase(life); },
                                                    [this](std::string_view note) {
                                                      if (log_) log_("state: " + std::string(note));
                                                    }});
  life->slot->Open();
}

void World::OnPhase(Life* life) {
  const Slot::Phase phase = life->slot->phase();
  if (phase == Slot::Phase::kFailed) complaints_.Add(life->slot->error()->message);
  if (phase == Slot::Phase::kOwned && !life->process) MakeProcess(life, *life->slot);
  if (phase == Slot::Phase::kLost && log_) log_("an instance has lost the state");
}

void World::MakeProcess(Life* life, StateStore& store) {
  life->process =
      std::make_unique<Process>(scenario_, dice_.Next(), timeline_, clock_, places_, SinksByName(),
                                *dead_letter_, store, life->door, complaints_, log_);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto begun = life->process->Begin(i);
    if (!begun) complaints_.Add("the stream does not start: " + begun.error().message);
  }
}

void World::OnCommitted(Process* process, const LogCommit& commit) {
  for (const SinkBatch* batch : commit.batches) {
    for (std::size_t i = 0; i < batch->records.size(); ++i) {
      if (batch->outcomes[i] != OutcomeKind::kUndecided) continue;
      const Record& record = batch->records[i];
      if (traffic_) WriteArrival(batch->sink, *batch, record);
      Truth& truth = *Find(*batch)->truth;
      if (batch->refusals.empty()) {
        truth.Arrived(SinkNumber(batch->sink), record);
      } else {
        truth.Kept(SinkNumber(batch->refusals[i].sink), record);
      }
    }
  }
  if (traffic_) WriteCommit(commit.changes);
  if (process != nullptr) process->OnDurable(commit.changes);
  for (Place& place : places_) place.oracle->OnCommit(commit.changes);
}

MonotonicTime World::wake_at() const {
  if (fleet_) return fleet_->wake_at();
  MonotonicTime first = MonotonicTime::max();
  for (const auto& life : lives_) {
    if (life->process && !life->lost()) first = std::min(first, life->process->wake_at());
  }
  return first;
}

std::optional<std::string> World::Run() {
  const MonotonicTime end = kBegin + scenario_.end;
  while (!complaints_.first()) {
    const MonotonicTime next = std::min(timeline_.next(), wake_at());
    if (next > end) break;
    Happen();
    if (++happened_ > kMostEvents) complaints_.Add("it does not get on");
  }
  if (!complaints_.first()) {
    timeline_.MoveTo(end);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (fleet_ && !fleet_->RunsInTheEnd(i)) continue;
      places_[i].origin->Advance();
      places_[i].oracle->OnEnd(places_[i].origin->Clock());
    }
  }
  if (!complaints_.first()) return std::nullopt;
  return "after " + Elapsed() + ": " + *complaints_.first();
}

void World::Happen() {
  const MonotonicTime wake = wake_at();
  if (timeline_.next() <= wake) {
    timeline_.RunNext();
  } else {
    timeline_.MoveTo(wake);
    for (const auto& life : lives_) {
      if (life->process && !life->lost()) life->process->StepDue();
    }
    if (fleet_) fleet_->StepDue();
  }
  if (fleet_) return fleet_->Befall();
  const bool nobody =
      std::all_of(lives_.begin(), lives_.end(), [](const auto& life) { return life->lost(); });
  if (nobody) StartLife();  // somebody starts it again
  const bool dangerous = timeline_.now() - kBegin < scenario_.calm;
  // Each takes some steps to take over: more of them would begin faster than they come to rest.
  constexpr std::size_t kMostTwins = 3;
  const bool twins =
      dangerous && scenario_.log.used && scenario_.log.twins > 0 && twins_ < kMostTwins;
  if (twins && dice_.Between(0, 999'999) < scenario_.log.twins) {
    if (log_) log_("another instance is started");
    ++twins_;
    StartLife();
  }
  if (dangerous && dice_.Between(0, 999'999) < scenario_.crashes) Crash();
}

void World::Crash() {
  ++crashes_;
  const milliseconds down = dice_.Within(milliseconds(0), scenario_.longest_downtime);
  if (traffic_) traffic_(Elapsed() + " crash, down for " + std::to_string(down.count()) + " ms");
  if (log_) log_("crash, down for " + std::to_string(down.count()) + " ms");
  for (const auto& sink : sinks_) sink->Crash();
  dead_letter_->Crash();
  for (const auto& life : lives_) {
    if (life->log) life->log->Crash();
    if (life->process) life->process->ExplainUnsettled();
  }
  store_.Crash();
  timeline_.Clear();
  lives_.clear();
  for (const Place& place : places_) place.origin->Crash();
  timeline_.MoveTo(timeline_.now() + down);
  StartLife();
}

std::size_t World::events() const {
  std::size_t events = 0;
  for (const Place& place : places_) events += place.truth->events();
  return events;
}

std::string World::Elapsed() const {
  const auto elapsed = std::chrono::floor<milliseconds>(timeline_.now() - kBegin);
  return std::to_string(elapsed.count()) + " ms";
}

}  // namespace nsf::simulation
