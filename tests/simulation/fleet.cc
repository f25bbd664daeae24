// SPDX-License-Identifier: Apache-2.0
// What befalls instances, and what must come of it.
#include "simulation/fleet.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/state/keys.h"

namespace nsf::simulation {
namespace {

// How long an instance may take to end in order.
constexpr milliseconds kLeavePatience{5000};
// The producer's transaction.timeout.ms.
constexpr milliseconds kLongestTransaction{60'000};
// So long after the last incident nothing moves any more: sessions, pauses that grew, late words.
constexpr milliseconds kSettles{600'000};

}  // namespace

Fleet::Fleet(const Scenario& scenario, Timeline& timeline, const Clock& clock,
             std::vector<Place>& places, Sink& dead_letter, Complaints& complaints,
             Process::Log log, Surroundings::Published published, Committed committed)
    : scenario_(scenario),
      timeline_(timeline),
      complaints_(complaints),
      log_(std::move(log)),
      committed_(std::move(committed)),
      dice_(scenario.seed ^ 0xf1ee7U),
      placements_(scenario, dice_.Next(), timeline),
      group_(scenario.group, dice_.Next(), timeline),
      surroundings_{scenario,   timeline, clock,       places,
                    complaints, log_,     dead_letter, std::move(published),
                    group_,     slots_,   placements_},
      configured_(scenario.group.configured),
      instances_(configured_.size()) {
  for (std::int32_t slot = 0; slot < scenario.group.slots; ++slot) {
    slots_.push_back(std::make_unique<SimulatedTopic>(scenario, dice_.Next(), timeline));
    slots_.back()->LimitTransactions(kLongestTransaction);
  }
  placements_.LimitTransactions(kLongestTransaction);
  // So close to one another that two place the same tenants, or one after the other.
  const milliseconds within =
      dice_.Permille(700) ? scenario.log.latency.most * 12 : milliseconds(3000);
  for (Number number = 0; number < instances_.size(); ++number) {
    timeline_.After(dice_.Within(milliseconds(0), within), [this, number] { Start(number); });
  }
  timeline_.After(scenario.calm, [this] { BeCalm(); });
  timeline_.After(scenario.calm + kSettles, [this] { CheckTakeOvers(); });
}

Fleet::~Fleet() { instances_.clear(); }  // what they asked for last may still be heard of

void Fleet::Say(const std::string& what) const {
  if (log_) log_(what);
}

milliseconds Fleet::UntilCalm() const {
  return std::chrono::ceil<milliseconds>(kBegin + scenario_.calm - timeline_.now());
}

void Fleet::Start(Number number) {
  if (instances_[number]) return;
  Say("instance" + std::to_string(number) + " starts");
  instances_[number] = std::make_unique<Instance>(
      surroundings_, dice_.Next(), "instance" + std::to_string(number), configured_[number],
      [this](Process& process, std::optional<std::int32_t> slot, const LogCommit& commit) {
        OnCommitted(process, slot, commit);
      });
}

void Fleet::End(Number number, milliseconds down) {
  instances_[number].reset();
  down = std::min(down, std::max(UntilCalm(), milliseconds(0)));
  timeline_.After(down, [this, number] { Start(number); });
}

MonotonicTime Fleet::wake_at() const {
  MonotonicTime first = MonotonicTime::max();
  for (const auto& instance : instances_) {
    if (instance) first = std::min(first, instance->wake_at());
  }
  return first;
}

void Fleet::StepDue() {
  for (const auto& instance : instances_) {
    if (instance) instance->StepDue();
  }
}

std::vector<Fleet::Number> Fleet::Up() const {
  std::vector<Number> up;
  for (Number number = 0; number < instances_.size(); ++number) {
    const auto& instance = instances_[number];
    if (instance && !instance->stopped() && !instance->leaving()) up.push_back(number);
  }
  return up;
}

Fleet::Incident Fleet::DrawIncident() {
  return dice_.Pick(std::vector<Incident>{Incident::kKill, Incident::kKill, Incident::kStop,
                                          Incident::kStop, Incident::kDeaf, Incident::kLeave,
                                          Incident::kMove, Incident::kMove, Incident::kConfigure});
}

void Fleet::Befall() {
  for (Number number = 0; number < instances_.size(); ++number) {
    if (instances_[number] && instances_[number]->Left()) {
      End(number, dice_.Within(milliseconds(0), scenario_.longest_downtime));
    }
  }
  const GroupScenario& group = scenario_.group;
  if (calm_ || incidents_ >= group.most_incidents) return;
  if (dice_.Between(0, 999'999) >= group.incidents) return;
  const std::vector<Number> up = Up();
  if (up.empty()) return;
  ++incidents_;
  const Number number = dice_.Pick(up);
  Instance& instance = *instances_[number];
  const auto silence = [this, &group] {
    const milliseconds length = dice_.Within(group.session / 10, group.session * 3);
    return std::min(length, UntilCalm());
  };
  // Until it finds out; some take very long.
  const milliseconds notices = dice_.Permille(200)
                                   ? dice_.Within(group.session, group.session * 8)
                                   : dice_.Within(milliseconds(0), milliseconds(1500));
  switch (DrawIncident()) {
    case Incident::kKill: {
      ++kills_;
      Say(instance.name() + " is killed");
      return End(number, dice_.Within(milliseconds(0), scenario_.longest_downtime));
    }
    case Incident::kStop: {
      const milliseconds length = silence();
      Say(instance.name() + " is stopped for " + std::to_string(length.count()) + " ms");
      return instance.Stop(length, notices);
    }
    case Incident::kDeaf: {
      const milliseconds length = silence();
      Say(instance.name() + " does not hear the group for " + std::to_string(length.count()) +
          " ms");
      return instance.FallDeaf(length, notices);
    }
    case Incident::kLeave:
      Say(instance.name() + " is told to end");
      return instance.BeginToLeave(timeline_.now() + kLeavePatience);
    case Incident::kMove:
      Say("a slot moves");
      return group_.MoveOne();
    case Incident::kConfigure:
      configured_[number] = dice_.Pick(group.configured);
      Say(instance.name() + " is configured anew");
      return instance.Configure(configured_[number]);
  }
}

void Fleet::BeCalm() {
  calm_ = true;
  Say("from now on nothing befalls them");
  configured_ = scenario_.group.configured_in_the_end;
  for (Number number = 0; number < instances_.size(); ++number) {
    if (instances_[number]) instances_[number]->Configure(configured_[number]);
  }
}

void Fleet::CheckTakeOvers() {
  const auto count = [this] {
    return std::accumulate(
        slots_.begin(), slots_.end(), std::uint64_t{0},
        [](std::uint64_t sum, const auto& slot) { return sum + slot->takeovers(); });
  };
  const auto end = scenario_.end - scenario_.calm - kSettles;
  timeline_.After(end - milliseconds(1), [this, count, before = count()] {
    if (count() != before) {
      complaints_.Add("slots are taken over when nothing befalls their owners any more");
    }
  });
}

void Fleet::OnCommitted(Process& process, std::optional<std::int32_t> slot,
                        const LogCommit& commit) {
  if (!slot) return;
  for (const StateChange& change : commit.changes) {
    const std::string tenant = TenantOfKey(change.key);
    if (tenant.empty()) continue;
    const auto [at, fresh] = slot_of_.emplace(tenant, *slot);
    if (at->second != *slot) {
      complaints_.Add("tenant " + tenant + " is run in slot " + std::to_string(at->second) +
                      " and in slot " + std::to_string(*slot));
    }
  }
  committed_(process, commit);
}

bool Fleet::RunsInTheEnd(std::size_t stream) {
  const std::string& tenant = scenario_.streams[stream].stream.tenant;
  const std::string name = tenant + '/' + scenario_.streams[stream].stream.stream;
  std::size_t running = 0;
  std::size_t holding = 0;
  bool configured = false;
  std::optional<std::int32_t> slot;
  for (const auto& instance : instances_) {
    if (!instance) {
      complaints_.Add("an instance is down");
      return false;
    }
    if (instance->Runs(stream)) ++running;
    if (!instance->Configured(stream)) continue;
    const auto known = instance->SlotOf(tenant);
    if (!known) complaints_.Add(name + " is in no slot, says " + instance->name());
    slot = known;
  }
  if (!slot) return false;
  for (const auto& instance : instances_) {
    if (!instance->Holds(*slot)) continue;
    ++holding;
    configured = configured || instance->Configured(stream);
  }
  if (holding != 1) {
    complaints_.Add("slot " + std::to_string(*slot) + " has " + std::to_string(holding) +
                    " owners");
  }
  if (running != (configured ? 1U : 0U)) {
    complaints_.Add(name + " runs in " + std::to_string(running) + " instances");
  }
  return configured;
}

}  // namespace nsf::simulation
