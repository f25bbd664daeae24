// SPDX-License-Identifier: Apache-2.0
// Stepping the keeper, and the streams by what it says.
#include "simulation/instance.h"

#include <algorithm>
#include <utility>

#include "core/ownership/stream_step.h"
#include "core/state/keys.h"

namespace nsf::simulation {
namespace {

// Another round of the loop comes so much later; at the latest so much.
constexpr milliseconds kNextRound{1};
constexpr milliseconds kLookAround{1000};
// Of the product between two take-overs under one grant.
constexpr std::chrono::minutes kLongestPause{10};

}  // namespace

// The end of a slot's log, or of the placements'.
class Instance::Log final : public CommitLog {
 public:
  Log(Instance& instance, SimulatedTopic& topic, std::optional<std::int32_t> slot)
      : instance_(instance), slot_(slot), log_(topic, instance.door_, [this](const LogCommit& c) {
          instance_.committed_(*instance_.process_, slot_, c);
        }) {
    instance_.logs_.insert(this);
  }
  ~Log() override { instance_.logs_.erase(this); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool Takes(const SinkBatch& batch) const override { return instance_.Takes(batch); }
  void TakeOver(std::function<void(Result<void>)> done) override { log_.TakeOver(std::move(done)); }
  void AskEnd(std::function<void(Result<std::int64_t>)> done) override {
    log_.AskEnd(std::move(done));
  }
  void Read(std::function<void(Result<LogPiece>)> done) override { log_.Read(std::move(done)); }
  void Commit(LogCommit commit, std::function<void(LogAnswer)> done) override {
    if (!slot_) return log_.Commit(std::move(commit), std::move(done));
    instance_.CheckCommit(*slot_);
    log_.Commit(std::move(commit), [this, done = std::move(done)](const LogAnswer& answer) {
      if (answer.kind == LogAnswer::Kind::kShutOut) instance_.OnShutOut(*slot_);
      done(answer);
    });
  }
  void Close(std::function<void()> closed) override {
    closing_ = true;
    log_.Close(std::move(closed));
  }
  std::optional<Error> Trouble() const override { return std::nullopt; }

  void Crash() { log_.Crash(); }
  std::optional<std::int32_t> slot() const { return slot_; }
  bool closing() const { return closing_; }

 private:
  Instance& instance_;
  const std::optional<std::int32_t> slot_;
  bool closing_ = false;
  SimulatedLog log_;
};

Instance::Instance(Surroundings& surroundings, std::uint64_t seed, std::string name,
                   const std::vector<std::size_t>& streams, Committed committed)
    : surroundings_(surroundings),
      name_(std::move(name)),
      committed_(std::move(committed)),
      dice_(seed),
      random_(dice_.Next()),
      streams_(streams.begin(), streams.end()),
      member_(surroundings.group, door_, name_,
              {[this] { Changed(); }, [this](std::int32_t slot) { OnGivenBack(slot); },
               [this](std::int32_t slot) { OnNotInTime(slot); }}) {
  const auto note = [this](std::string_view line) {
    if (surroundings_.log) surroundings_.log(name_ + ": " + std::string(line));
  };
  SlotLogs& logs = *this;
  keeper_ = std::make_unique<SlotKeeper>(member_, logs, random_,
                                         SlotKeeper::Hearers{[this] { Changed(); }, note, note});
  std::map<std::string, Sink*> sinks;
  for (std::size_t i = 0; i < surroundings.scenario.sinks.size(); ++i) {
    const SinkScenario& sink = surroundings.scenario.sinks[i];
    sinks_.push_back(std::make_unique<SimulatedSink>(
        sink, dice_.Next(), surroundings.timeline, door_,
        [this, i](const SinkBatch& batch, const Record& record) {
          surroundings_.published(i, batch, record);
        },
        [](const SinkBatch& /*batch*/, const Record& /*record*/) {}));
    sinks[sink.name] = sinks_.back().get();
  }
  process_ = std::make_unique<Process>(surroundings.scenario, dice_.Next(), surroundings.timeline,
                                       surroundings.clock, surroundings.places, std::move(sinks),
                                       surroundings.dead_letter, keeper_->store(), door_,
                                       surroundings.complaints, surroundings.log);
}

Instance::~Instance() {
  for (Log* log : logs_) log->Crash();
  for (const auto& sink : sinks_) sink->Crash();
  door_->Shut();
  if (leave_until_) {
    member_.Leave();
  } else {
    member_.Die();
  }
  keeper_.reset();  // tells the process what became of what it waits for
}

bool Instance::Takes(const SinkBatch& batch) const {
  const auto& published = surroundings_.scenario.group.published;
  return !batch.refusals.empty() ||
         std::find(published.begin(), published.end(), batch.sink) == published.end();
}

void Instance::Changed() {
  changed_ = true;
  look_at_ = std::min(look_at_, surroundings_.timeline.now());
}

MonotonicTime Instance::wake_at() const {
  if (stopped()) return MonotonicTime::max();
  return std::min(look_at_, process_->wake_at());
}

void Instance::StepDue() {
  const MonotonicTime now = surroundings_.timeline.now();
  if (wake_at() > now) return;
  if (process_->wake_at() <= now) {
    process_->StepDue();
    if (!resting_.empty()) look_at_ = std::min(look_at_, now);
  }
  if (look_at_ <= now) StepOwnership();
}

void Instance::Configure(const std::vector<std::size_t>& streams) {
  streams_ = {streams.begin(), streams.end()};
  Changed();
}

void Instance::Stop(milliseconds length, milliseconds notices) {
  door_->Stop();
  member_.FallSilent(length, notices);
  surroundings_.timeline.After(length, [door = door_] { door->Continue(); });
}

void Instance::BeginToLeave(MonotonicTime until) {
  leave_until_ = until;
  for (std::size_t i = 0; i < surroundings_.places.size(); ++i) {
    if (process_->Has(i)) process_->Park(i);
  }
}

bool Instance::Left() const {
  if (!leave_until_ || stopped()) return false;
  if (surroundings_.timeline.now() >= *leave_until_) return true;
  for (std::size_t i = 0; i < surroundings_.places.size(); ++i) {
    if (process_->Has(i) && !process_->Rests(i)) return false;
  }
  return true;
}

// As Daemon::StepOwnership().
void Instance::StepOwnership() {
  const MonotonicTime now = surroundings_.timeline.now();
  look_at_ = MonotonicTime::max();
  if (leave_until_) return;
  changed_ = false;
  std::set<std::string> tenants;
  std::set<std::string> running;
  for (std::size_t i = 0; i < surroundings_.places.size(); ++i) {
    if (Configured(i)) tenants.insert(TenantOf(i));
    if (process_->Has(i)) running.insert(TenantOf(i));
  }
  keeper_->Step(tenants, running, now);
  if (const auto error = keeper_->error()) return Complain(error->message);
  CheckOpen(running);
  bool moved = false;
  for (std::size_t i = 0; i < surroundings_.places.size(); ++i) moved = StepStream(i) || moved;
  const MonotonicTime again = keeper_->look_again();
  look_at_ = std::min(look_at_, again > now ? again : now + kLookAround);
  if (moved || changed_) look_at_ = now + kNextRound;
}

bool Instance::StepStream(std::size_t stream) {
  StreamFacts facts;
  facts.here = Configured(stream) && keeper_->MayRun(TenantOf(stream));
  facts.there_is = process_->Has(stream);
  facts.resting = resting_.contains(stream);
  facts.rests = facts.resting && process_->Rests(stream);
  switch (DecideStream(facts)) {
    case StreamAct::kNone:
      return false;
    case StreamAct::kBegin: {
      const auto begun = process_->Begin(stream);
      if (!begun && begun.error().kind != ErrorKind::kRetry) Complain(begun.error().message);
      return true;
    }
    case StreamAct::kRest:
      process_->Park(stream);
      resting_.insert(stream);
      return true;
    case StreamAct::kRemove:
      process_->Remove(stream);
      resting_.erase(stream);
      return true;
  }
  return false;
}

Result<std::unique_ptr<CommitLog>> Instance::OpenSlot(std::int32_t slot) {
  CheckOpening(slot);
  auto& topic = *surroundings_.slots.at(static_cast<std::size_t>(slot));
  return std::unique_ptr<CommitLog>(std::make_unique<Log>(*this, topic, slot));
}

Result<std::unique_ptr<CommitLog>> Instance::OpenPlacements() {
  return std::unique_ptr<CommitLog>(
      std::make_unique<Log>(*this, surroundings_.placements, std::nullopt));
}

void Instance::CheckOpening(std::int32_t slot) {
  const auto grant = keeper_->view().grants.find(slot);
  if (grant == keeper_->view().grants.end()) {
    return Complain("takes slot " + std::to_string(slot) + " over, which is not given to it");
  }
  if (!Wants(slot)) Complain("takes over slot " + std::to_string(slot) + " without a tenant of it");
  ShutOuts& shut_out = shut_outs_[slot];
  if (shut_out.grant != grant->second.number) shut_out = {grant->second.number, 0, {}};
  if (shut_out.count == 0) return;
  // Under one grant each time the pause is twice as long.
  const milliseconds pause = std::min<milliseconds>(
      member_.session() * (std::int64_t{1} << std::min(shut_out.count - 1, 16U)), kLongestPause);
  if (surroundings_.timeline.now() - shut_out.last < pause) {
    Complain("takes slot " + std::to_string(slot) + " over again before the group confirms it");
  }
}

bool Instance::Wants(std::int32_t slot) const {
  return std::any_of(streams_.begin(), streams_.end(), [this, slot](std::size_t stream) {
    return keeper_->SlotOf(TenantOf(stream)) == slot;
  });
}

void Instance::CheckOpen(const std::set<std::string>& running) {
  for (const Log* log : logs_) {
    if (!log->slot() || log->closing() || Wants(*log->slot())) continue;
    const bool busy = std::any_of(running.begin(), running.end(), [&](const std::string& tenant) {
      return keeper_->SlotOf(tenant) == log->slot();
    });
    if (!busy) {
      Complain("keeps slot " + std::to_string(*log->slot()) + " open without a tenant of it");
    }
  }
}

void Instance::OnShutOut(std::int32_t slot) {
  ++shut_outs_[slot].count;
  shut_outs_[slot].last = surroundings_.timeline.now();
}

void Instance::CheckCommit(std::int32_t slot) {
  if (!Holds(slot)) Complain("commits to slot " + std::to_string(slot) + ", which it has lost");
}

void Instance::OnGivenBack(std::int32_t slot) {
  if (std::any_of(logs_.begin(), logs_.end(), [slot](Log* log) { return log->slot() == slot; })) {
    Complain("gives slot " + std::to_string(slot) + " back before its log is closed");
  }
  look_at_ = std::min(look_at_, surroundings_.timeline.now() + kLookAround);
}

void Instance::OnNotInTime(std::int32_t slot) {
  const auto open = [slot](Log* log) { return log->slot() == slot && !log->closing(); };
  if (!leaving() && std::any_of(logs_.begin(), logs_.end(), open)) {
    Complain("does not close slot " + std::to_string(slot) + ", which is asked back");
  }
}

std::string Instance::TenantOf(std::size_t stream) const {
  return surroundings_.places[stream].scenario->stream.tenant;
}

void Instance::Complain(const std::string& what) {
  surroundings_.complaints.Add(name_ + ' ' + what);
}

}  // namespace nsf::simulation
