// SPDX-License-Identifier: Apache-2.0
// Driving streams through virtual time.
#include "simulation/process.h"

#include <algorithm>
#include <utility>

#include "core/state/keys.h"

namespace nsf::simulation {
namespace {

// Completions that come close together are sometimes handed over in one step.
constexpr unsigned kTogether = 150;
constexpr milliseconds kTogetherWithin{30};
// Beside the formatted payload and the row, of each event that a batch may exceed its bytes by.
constexpr std::size_t kLargestEvent = std::size_t{64} * 1024;

}  // namespace

Now OwnClock::Read() const {
  WallTime wall = TrueTime(timeline_.now());
  for (const ClockJump& jump : scenario_.jumps) {
    if (timeline_.now() - kBegin >= jump.at) wall += jump.by;
  }
  return {wall, timeline_.now()};
}

class Process::Silence final : public Telemetry {
 public:
  void Stream(const std::string& /*tenant*/, const std::string& /*stream*/,
              const StreamSnapshot& /*snapshot*/) override {}
  void Budget(const std::string& /*tenant*/, const BudgetSnapshot& /*snapshot*/) override {}
  void RequestDuration(const std::string& /*tenant*/,
                       std::chrono::microseconds /*elapsed*/) override {}
  void EventDelay(const std::string& /*tenant*/, milliseconds /*delay*/,
                  std::size_t /*count*/) override {}
  void EventLateness(const std::string& /*tenant*/, milliseconds /*lateness*/,
                     std::size_t /*count*/) override {}
  void Replayed(const std::string& /*tenant*/, const std::string& /*stream*/,
                const std::string& /*sink*/, std::size_t /*count*/) override {}
  void Truncated(const std::string& /*sink*/, std::size_t /*count*/) override {}
  void Repaired(const std::string& /*sink*/, std::size_t /*count*/) override {}
  void Published(const std::string& /*sink*/, std::chrono::microseconds /*elapsed*/,
                 std::string_view /*reason*/) override {}
  void StateCommitted(std::chrono::microseconds /*elapsed*/, bool /*durable*/) override {}
};

Process::Process(const Scenario& scenario, std::uint64_t seed, Timeline& timeline,
                 const Clock& clock, std::vector<Place>& places, std::map<std::string, Sink*> sinks,
                 Sink& dead_letter, StateStore& store, std::shared_ptr<Door> door,
                 Complaints& complaints, Log log)
    : scenario_(scenario),
      dice_(seed),
      timeline_(timeline),
      clock_(clock),
      store_(store),
      door_(std::move(door)),
      complaints_(complaints),
      log_(std::move(log)),
      random_(dice_.Next()),
      telemetry_(std::make_unique<Silence>()),
      destination_(std::move(sinks), dead_letter, store, *telemetry_, clock),
      sent_(scenario.budgets.size()) {
  for (const BudgetSettings& budget : scenario.budgets) budgets_.emplace_back(budget);
  lanes_.resize(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) lanes_[i].place = &places[i];
}

Process::~Process() = default;

Result<void> Process::Begin(std::size_t place) {
  Lane& lane = lanes_[place];
  const StreamScenario& own = *lane.place->scenario;
  auto stream = MakeEventStream(own.stream, store_, budgets_[own.token], random_);
  if (!stream) return stream.error();
  lane.stream = std::move(stream).value();
  lane.wake_at = timeline_.now();
  return {};
}

void Process::Remove(std::size_t place) {
  Lane& lane = lanes_[place];
  if (std::any_of(lane.unsettled.begin(), lane.unsettled.end(),
                  [](const Handed& handed) { return handed.under_way; })) {
    return Complain(lane, "a stream is taken away while a batch of it is on its way");
  }
  const StreamSettings& settings = lane.place->scenario->stream;
  destination_.Abandon(settings.tenant, settings.stream);
  Lane fresh;
  fresh.place = lane.place;
  fresh.epoch = lane.epoch + 1;
  lane = std::move(fresh);
}

MonotonicTime Process::wake_at() const {
  MonotonicTime first = MonotonicTime::max();
  for (const Lane& lane : lanes_) first = std::min(first, lane.wake_at);
  return first;
}

void Process::StepDue() {
  for (Lane& lane : lanes_) {
    if (lane.wake_at <= timeline_.now()) Step(&lane);
  }
}

void Process::Wake(Lane* lane) {
  const milliseconds pause =
      dice_.Permille(kTogether) ? dice_.Within(milliseconds(1), kTogetherWithin) : milliseconds(0);
  lane->wake_at = std::min(lane->wake_at, timeline_.now() + pause);
}

void Process::Step(Lane* lane) {
  StepOutput out = lane->stream->Step(clock_.Read(), std::exchange(lane->completions, {}));
  if (out.wake_at <= timeline_.now()) Complain(*lane, "a step asks to be woken in the past");
  lane->went_on = out.goes_on ? lane->went_on + 1 : 0;
  if (lane->went_on > lane->place->scenario->stream.batch.under_way()) {
    Complain(*lane, "a step goes on without end");
  }
  lane->wake_at = out.goes_on ? timeline_.now() : out.wake_at;
  if (log_) {
    for (const Notice& notice : out.notices) {
      log_(lane->place->scenario->stream.tenant + ": " + notice.text);
    }
  }
  lane->place->oracle->OnStep(lane->stream->snapshot(), lane->place->origin->Clock());
  Start(lane, std::move(out));
}

void Process::Start(Lane* lane, StepOutput out) {
  for (PageRequest& request : out.requests) Send(lane, std::move(request));
  const std::size_t most = lane->place->scenario->stream.concurrency;
  if (lane->requests > most) {
    Complain(*lane, "more pages are asked for at a time than concurrency allows");
  }
  for (std::unique_ptr<Batch>& batch : out.commits) HandOver(lane, std::move(batch));
  if (out.load.empty()) return;
  if (std::exchange(lane->loading, true)) Complain(*lane, "two loads are under way");
  store_.Load(std::move(out.load),
              [this, lane, epoch = lane->epoch](Result<std::vector<StateEntry>> loaded) {
                if (lane->epoch != epoch) return;
                lane->loading = false;
                lane->completions.loaded = std::move(loaded);
                Wake(lane);
              });
}

void Process::Send(Lane* lane, PageRequest request) {
  ++lane->requests;
  CheckBudget(lane->place->scenario->token);
  lane->place->origin->Start(
      std::move(request.http),
      [this, door = door_, lane, epoch = lane->epoch, ticket = request.ticket](HttpAnswer answer) {
        door->Pass([this, lane, epoch, ticket, answer = std::move(answer)]() mutable {
          if (lane->epoch == epoch) OnAnswer(lane, ticket, std::move(answer));
        });
      });
}

void Process::OnAnswer(Lane* lane, std::uint64_t ticket, HttpAnswer answer) {
  --lane->requests;
  lane->completions.answers.push_back({ticket, std::move(answer)});
  Wake(lane);
}

// Over any minute and any second.
void Process::CheckBudget(std::size_t token) {
  const BudgetSettings& most = scenario_.budgets[token];
  std::deque<MonotonicTime>& sent = sent_[token];
  const MonotonicTime now = timeline_.now();
  sent.push_back(now);
  while (sent.front() <= now - std::chrono::minutes(1)) sent.pop_front();
  const auto second = std::count_if(sent.begin(), sent.end(), [now](MonotonicTime at) {
    return at > now - std::chrono::seconds(1);
  });
  if (sent.size() > most.per_minute || second > most.per_second) {
    complaints_.Add("more requests than the budget allows");
  }
}

void Process::HandOver(Lane* lane, std::unique_ptr<Batch> batch) {
  const auto known = std::find_if(lane->unsettled.begin(), lane->unsettled.end(),
                                  [&](const Handed& h) { return h.batch == batch.get(); });
  if (known == lane->unsettled.end()) {
    lane->unsettled.push_back({batch.get()});
  } else {
    if (std::any_of(lane->unsettled.begin(), known, [](const Handed& h) { return !h.under_way; })) {
      Complain(*lane, "a batch overtakes one that failed");
    }
    known->under_way = true;
  }
  CheckBounds(*lane);
  destination_.Commit(std::move(batch), [this, lane](Settlement settlement) {
    OnSettled(lane, std::move(settlement));
  });
}

// What a crash may repeat, and what memory holds.
void Process::CheckBounds(const Lane& lane) {
  std::size_t events = 0;
  std::size_t bytes = 0;
  for (const Handed& handed : lane.unsettled) {
    events += handed.batch->sinks.front().records.size();
    bytes += handed.batch->arena.size_bytes();
  }
  const BatchLimits& limits = lane.place->scenario->stream.batch;
  if (events > limits.events) Complain(lane, "a crash may repeat more than a batch");
  if (bytes > limits.bytes + lane.unsettled.size() * kLargestEvent) {
    Complain(lane, "more bytes are on their way than batch.bytes");
  }
}

void Process::OnSettled(Lane* lane, Settlement settlement) {
  const auto handed = std::find_if(lane->unsettled.begin(), lane->unsettled.end(),
                                   [](const Handed& h) { return h.under_way; });
  if (handed == lane->unsettled.end() || handed->batch != settlement.batch.get()) {
    return Complain(*lane, "a batch is settled out of order");
  }
  handed->under_way = false;
  if (!settlement.error) {
    if (!handed->durable) Complain(*lane, "a batch is settled whose state is not durable");
    lane->unsettled.erase(handed);
  }
  lane->completions.settlements.push_back(std::move(settlement));
  Wake(lane);
}

void Process::OnDurable(const std::vector<StateChange>& changes) {
  for (Lane& lane : lanes_) {
    const StreamSettings& settings = lane.place->scenario->stream;
    const std::string cursor = settings.iterator
                                   ? IteratorPlaceKey(settings.tenant, settings.stream)
                                   : CursorKey(settings.tenant, settings.stream);
    // Each batch moves the cursor, or writes where the iterator is.
    auto count = std::count_if(changes.begin(), changes.end(),
                               [&](const StateChange& change) { return change.key == cursor; });
    for (Handed& handed : lane.unsettled) {
      if (handed.durable || count-- <= 0) continue;
      handed.durable = true;
    }
  }
}

void Process::ExplainUnsettled() {
  for (Lane& lane : lanes_) {
    for (const Handed& handed : lane.unsettled) {
      if (handed.durable) continue;
      for (std::size_t sink = 0; sink < handed.batch->sinks.size(); ++sink) {
        const SinkBatch& batch = handed.batch->sinks[sink];
        for (std::size_t i = 0; i < batch.records.size(); ++i) {
          if (batch.outcomes[i] == OutcomeKind::kUndecided) continue;
          lane.place->truth->Explain(sink, batch.records[i]);
        }
      }
    }
  }
}

void Process::Complain(const Lane& lane, const std::string& what) {
  complaints_.Add(lane.place->scenario->stream.tenant + '/' + lane.place->scenario->stream.stream +
                  ": " + what);
}

}  // namespace nsf::simulation
