// SPDX-License-Identifier: Apache-2.0
// Driving streams.
#include "app/loop.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

// The loop looks around at least so often: signals, --once, and its own sign of life.
constexpr std::chrono::seconds kLookAround{1};

}  // namespace

Loop::Loop(const Clock& clock, Telemetry& telemetry, Destination& destination, StateStore& store,
           LoopObserver& observer)
    : clock_(clock),
      telemetry_(telemetry),
      destination_(destination),
      store_(store),
      observer_(observer),
      last_step_(clock.Read().monotonic) {}

void Loop::Add(std::unique_ptr<EventStream> stream, HttpClient& client, const Budget& budget) {
  auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                           [](const Lane& candidate) { return !candidate.stream; });
  if (lane == lanes_.end()) lane = lanes_.emplace(lanes_.end());
  lane->client = &client;
  lane->budget = &budget;
  Put(&*lane, std::move(stream));
}

Loop::Lane* Loop::Find(const std::string& tenant, const std::string& stream) {
  const auto place = places_.find({tenant, stream});
  return place == places_.end() ? nullptr : &lanes_[place->second];
}

void Loop::Put(Lane* lane, std::unique_ptr<EventStream> stream) {
  if (lane->stream) {
    places_.erase({lane->stream->settings().tenant, lane->stream->settings().stream});
  }
  lane->stream = std::move(stream);
  if (lane->stream) {
    places_[{lane->stream->settings().tenant, lane->stream->settings().stream}] =
        static_cast<std::size_t>(lane - lanes_.data());
  }
  ++lane->epoch;
  lane->completions = {};
  lane->completed = false;
  lane->wake_at = lane->stream ? MonotonicTime::min() : MonotonicTime::max();
}

void Loop::Park(const std::string& tenant, const std::string& stream) {
  if (Lane* lane = Find(tenant, stream)) lane->stream->Drain();
}

bool Loop::Parked(const std::string& tenant, const std::string& stream) {
  const Lane* lane = Find(tenant, stream);
  return lane == nullptr || !lane->stream->committing();
}

void Loop::Replace(std::unique_ptr<EventStream> fresh, HttpClient& client) {
  Lane* lane = Find(fresh->settings().tenant, fresh->settings().stream);
  if (lane == nullptr) return;
  lane->client = &client;
  Put(lane, std::move(fresh));
}

void Loop::Remove(const std::string& tenant, const std::string& stream) {
  if (Lane* lane = Find(tenant, stream)) Put(lane, nullptr);
}

bool Loop::WalkAgain(const std::string& tenant, const std::string& stream, const Window& range) {
  Lane* lane = Find(tenant, stream);
  if (lane == nullptr) return false;
  lane->stream->WalkAgain(range, clock_.Read());
  lane->wake_at = MonotonicTime::min();
  return true;
}

bool Loop::IsWalkingAgain(const std::string& tenant, const std::string& stream,
                          const Window& range) {
  const Lane* lane = Find(tenant, stream);
  return lane != nullptr && lane->stream->IsWalkingAgain(range, clock_.Read());
}

void Loop::Run(const std::function<bool(const Now&)>& finished) {
  do {
    Round(std::min(clock_.Read().monotonic + kLookAround,
                   std::exchange(look_around_at_, MonotonicTime::max())));
  } while (!finished(clock_.Read()));
}

bool Loop::Drain(MonotonicTime until) {
  for (Lane& lane : lanes_) {
    if (lane.stream) lane.stream->Drain();
  }
  const auto committing = [this] {
    return std::any_of(lanes_.begin(), lanes_.end(),
                       [](const Lane& lane) { return lane.stream && lane.stream->committing(); });
  };
  while (committing() && clock_.Read().monotonic < until) Round(until);
  return !committing();
}

std::vector<const EventStream*> Loop::streams() const {
  std::vector<const EventStream*> streams;
  for (const Lane& lane : lanes_) {
    if (lane.stream) streams.push_back(lane.stream.get());
  }
  return streams;
}

void Loop::Round(MonotonicTime until) {
  for (const Lane& lane : lanes_) until = std::min(until, lane.wake_at);
  for (Completion& completion : mailbox_.TakeUntil(until)) {
    Lane& lane = lanes_[completion.lane];
    if (completion.epoch != lane.epoch) continue;
    lane.completed = true;
    if (auto* answer = std::get_if<PageAnswer>(&completion.what)) {
      telemetry_.RequestDuration(lane.stream->settings().tenant, answer->http.elapsed);
      lane.completions.answers.push_back(std::move(*answer));
    } else if (auto* settlement = std::get_if<Settlement>(&completion.what)) {
      lane.completions.settlements.push_back(std::move(*settlement));
    } else {
      lane.completions.loaded =
          std::get<Result<std::vector<StateEntry>>>(std::move(completion.what));
    }
  }
  Now now = clock_.Read();  // anew after each step, not for each of many that sleep
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const Lane& lane = lanes_[i];
    if (!lane.completed && lane.wake_at > now.monotonic) continue;
    StepLane(i, now);
    now = clock_.Read();
  }
  last_step_ = clock_.Read().monotonic;
}

void Loop::StepLane(std::size_t index, const Now& now) {
  Lane& lane = lanes_[index];
  lane.completed = false;
  StepOutput out = lane.stream->Step(now, std::exchange(lane.completions, {}));
  lane.wake_at = out.goes_on ? MonotonicTime::min() : out.wake_at;
  const StreamSettings& settings = lane.stream->settings();
  telemetry_.Stream(settings.tenant, settings.stream, lane.stream->snapshot());
  telemetry_.Budget(settings.tenant, lane.budget->Snapshot(now.monotonic));
  for (const Notice& notice : out.notices) observer_.OnNotice(*lane.stream, notice);
  observer_.OnStep(*lane.stream);
  for (const auto& [delay, count] : out.delays) {
    telemetry_.EventDelay(settings.tenant, delay, count);
  }
  for (const auto& [lateness, count] : out.lateness) {
    telemetry_.EventLateness(settings.tenant, lateness, count);
  }
  Start(index, std::move(out));
}

void Loop::Start(std::size_t index, StepOutput out) {
  const std::uint64_t epoch = lanes_[index].epoch;
  for (PageRequest& request : out.requests) {
    lanes_[index].client->Start(
        std::move(request.http), [this, index, epoch, ticket = request.ticket](HttpAnswer answer) {
          mailbox_.Post({index, epoch, PageAnswer{ticket, std::move(answer)}});
        });
  }
  for (std::unique_ptr<Batch>& batch : out.commits) {
    destination_.Commit(std::move(batch), [this, index, epoch](Settlement settlement) {
      mailbox_.Post({index, epoch, std::move(settlement)});
    });
  }
  if (!out.load.empty()) {
    store_.Load(std::move(out.load), [this, index, epoch](Result<std::vector<StateEntry>> entries) {
      mailbox_.Post({index, epoch, std::move(entries)});
    });
  }
}

}  // namespace nsf
