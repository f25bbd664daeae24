// SPDX-License-Identifier: Apache-2.0
// Seats, slots, and words that arrive late.
#include "simulation/simulated_group.h"

#include <algorithm>
#include <utility>

namespace nsf::simulation {
namespace {

constexpr milliseconds kSoonest{1};
constexpr milliseconds kUsual{60};
constexpr milliseconds kSlow{2000};
constexpr unsigned kSlowShare = 100;  // of a thousand
// As long as a member that is asked for a slot is waited for.
constexpr milliseconds kPatience{10'000};

}  // namespace

SimulatedGroup::SimulatedGroup(const GroupScenario& scenario, std::uint64_t seed,
                               Timeline& timeline)
    : scenario_(scenario), dice_(seed), timeline_(timeline) {
  for (std::int32_t slot = 0; slot < scenario.slots; ++slot) slots_[slot];
}

SimulatedGroup::SeatNumber SimulatedGroup::Join(GroupMember* member, std::shared_ptr<Door> door,
                                                const std::string& name) {
  const SeatNumber seat = ++last_seat_;
  // A stable name that comes back in time goes on where it was; nobody else notices.
  const auto before = std::find_if(seats_.begin(), seats_.end(), [&](const auto& other) {
    return scenario_.stable_names && other.second.name == name;
  });
  const SeatNumber old = before == seats_.end() ? 0 : before->first;
  seats_[seat] = {member, std::move(door), name};
  seats_.erase(old);
  for (auto& [number, slot] : slots_) {
    if (old != 0 && slot.target == old) slot.target = seat;
    if (old != 0 && slot.owner == old) Give(number, seat);
  }
  Rebalance();
  Tell(seat, [](GroupMember* told) { told->view_.joined = true; });
  return seat;
}

void SimulatedGroup::Leave(SeatNumber seat) {
  if (seats_.erase(seat) == 0) return;
  for (auto& [number, slot] : slots_) {
    if (slot.target == seat) slot.target = 0;
    if (slot.owner != seat) continue;
    slot.owner = 0;
    slot.asked_back = false;
    ++slot.changes;
  }
  Rebalance();
}

void SimulatedGroup::Evict(SeatNumber seat) {
  if (!seats_.contains(seat)) return;
  Tell(seat, [](GroupMember* told) { told->OnPutOut(); });
  Leave(seat);
}

std::size_t SimulatedGroup::TargetsOf(SeatNumber seat) const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(),
                    [seat](const auto& slot) { return slot.second.target == seat; }));
}

SimulatedGroup::SeatNumber SimulatedGroup::WithFewest() const {
  SeatNumber best = 0;
  std::size_t fewest = SIZE_MAX;
  for (const auto& [number, seat] : seats_) {
    const std::size_t count = TargetsOf(number);
    if (count >= fewest) continue;
    best = number;
    fewest = count;
  }
  return best;
}

// Cooperative and sticky: nothing moves but what must.
void SimulatedGroup::Rebalance() {
  if (seats_.empty()) return;
  for (auto& [number, slot] : slots_) {
    if (slot.target == 0) slot.target = WithFewest();
  }
  for (auto& [number, slot] : slots_) {
    const SeatNumber fewest = WithFewest();
    if (TargetsOf(slot.target) > TargetsOf(fewest) + 1) slot.target = fewest;
  }
  for (auto& [number, slot] : slots_) Move(number);
}

void SimulatedGroup::MoveOne() {
  if (seats_.size() < 2) return;
  const auto number = static_cast<std::int32_t>(dice_.Between(0, scenario_.slots - 1));
  auto seat = seats_.begin();
  std::advance(seat, dice_.Between(0, static_cast<std::int64_t>(seats_.size()) - 1));
  slots_[number].target = seat->first;
  Move(number);
}

// Towards its target.
void SimulatedGroup::Move(std::int32_t slot) {
  Slot& moved = slots_[slot];
  if (moved.owner == moved.target) return;
  if (moved.owner == 0) return Give(slot, moved.target);
  if (!moved.asked_back) AskBack(slot);
}

void SimulatedGroup::Give(std::int32_t slot, SeatNumber seat) {
  Slot& given = slots_[slot];
  given.owner = seat;
  given.asked_back = false;
  ++given.changes;
  Tell(seat, [slot](GroupMember* told) { told->view_.grants[slot] = {++told->grants_, false}; });
}

void SimulatedGroup::AskBack(std::int32_t slot) {
  Slot& asked = slots_[slot];
  asked.asked_back = true;
  const SeatNumber owner = asked.owner;
  Tell(owner, [slot](GroupMember* told) {
    const auto grant = told->view_.grants.find(slot);
    if (grant != told->view_.grants.end()) grant->second.asked_back = true;
  });
  timeline_.After(kPatience,
                  [this, slot, owner, changes = asked.changes, asked_at = timeline_.now()] {
                    if (slots_[slot].changes != changes) return;
                    Tell(owner, [slot](GroupMember* told) { told->view_.grants.erase(slot); });
                    const Seat& late = seats_.at(owner);
                    if (!late.door->shut() && late.member->silent_until_ <= asked_at) {
                      late.member->hearers_.not_in_time(slot);
                    }
                    TakeBack(owner, slot);
                  });
}

void SimulatedGroup::TakeBack(SeatNumber seat, std::int32_t slot) {
  Slot& back = slots_[slot];
  if (back.owner != seat || !back.asked_back) return;
  back.owner = 0;
  back.asked_back = false;
  ++back.changes;
  Rebalance();
}

void SimulatedGroup::Tell(SeatNumber seat, std::function<void(GroupMember*)> what) {
  Seat& to = seats_.at(seat);
  GroupMember* const member = to.member;
  const auto hear = [door = to.door, member, seat, what = std::move(what)] {
    door->Pass([member, seat, what] {
      if (member->seat_ != seat) return;
      what(member);
      member->hearers_.changed();
    });
  };
  const milliseconds takes =
      dice_.Permille(kSlowShare) ? dice_.Within(kUsual, kSlow) : dice_.Within(kSoonest, kUsual);
  const bool gone = to.door->shut();
  const auto silent =
      gone ? milliseconds(0)
           : std::chrono::ceil<milliseconds>(std::max(member->silent_until_ - timeline_.now(),
                                                      MonotonicTime::duration::zero()));
  to.hears = std::max(to.hears, timeline_.now() + silent + takes);
  timeline_.After(to.hears - timeline_.now(), hear);
}

GroupMember::GroupMember(SimulatedGroup& group, std::shared_ptr<Door> door, std::string name,
                         Hearers hearers)
    : group_(group), door_(std::move(door)), name_(std::move(name)), hearers_(std::move(hearers)) {
  view_.slots = group_.slots();
  Join();
}

void GroupMember::Join() {
  group_.timeline_.After(group_.dice_.Within(kUsual, kSlow), [this, door = door_] {
    door->Pass([this] { seat_ = group_.Join(this, door_, name_); });
  });
}

void GroupMember::GiveBack(std::int32_t slot) {
  const auto grant = view_.grants.find(slot);
  if (grant == view_.grants.end() || !grant->second.asked_back) return;
  hearers_.given_back(slot);
  view_.grants.erase(grant);
  group_.timeline_.After(group_.dice_.Within(kSoonest, kUsual),
                         [group = &group_, seat = seat_, slot] { group->TakeBack(seat, slot); });
}

void GroupMember::FallSilent(milliseconds length, milliseconds notices) {
  silent_until_ = std::max(silent_until_, group_.timeline_.now() + length);
  notices_ = notices;
  if (length <= session() || seat_ == 0) return;
  group_.timeline_.After(session(), [group = &group_, seat = seat_] { group->Evict(seat); });
}

// Only now it finds out, by itself or because the group does not know it.
void GroupMember::OnPutOut() {
  group_.timeline_.After(notices_, [this, door = door_, seat = seat_] {
    door->Pass([this, seat] {
      if (seat_ != seat) return;
      seat_ = 0;
      view_.grants.clear();
      hearers_.changed();
      Join();
    });
  });
}

void GroupMember::Leave() {
  if (!group_.scenario().stable_names) return group_.Leave(seat_);
  Die();
}

void GroupMember::Die() {
  group_.timeline_.After(session(), [group = &group_, seat = seat_] { group->Leave(seat); });
}

}  // namespace nsf::simulation
