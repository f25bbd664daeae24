// SPDX-License-Identifier: Apache-2.0
// A consumer group as brokers and clients make it: who is given which slot, who is asked for one
// back, who has not been heard of for a session. Members hear of it late, or while they are stopped
// not at all, so that two may believe in the same slot. Whatever it does is its right: it is the
// logs that keep a commit from being made twice.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ports/ownership.h"
#include "simulation/door.h"
#include "simulation/scenario.h"
#include "simulation/timeline.h"

namespace nsf::simulation {

class GroupMember;

class SimulatedGroup {
 public:
  // All outlive the group.
  SimulatedGroup(const GroupScenario& scenario, std::uint64_t seed, Timeline& timeline);

  // A slot goes to another member for no reason that they would know.
  void MoveOne();

  std::int32_t slots() const { return scenario_.slots; }
  const GroupScenario& scenario() const { return scenario_; }

 private:
  friend class GroupMember;
  using SeatNumber = std::uint64_t;  // no member comes back to a seat that it has lost

  struct Seat {
    GroupMember* member = nullptr;
    std::shared_ptr<Door> door;  // shut: the process is gone
    std::string name;
    MonotonicTime hears{};  // the last word to it arrives: words keep their order
  };
  struct Slot {
    SeatNumber owner = 0;  // 0: nobody
    SeatNumber target = 0;
    bool asked_back = false;
    std::uint64_t changes = 0;  // what was said of it before does not count any more
  };

  SeatNumber Join(GroupMember* member, std::shared_ptr<Door> door, const std::string& name);
  void Leave(SeatNumber seat);
  // It has not been heard of for a session.
  void Evict(SeatNumber seat);
  void TakeBack(SeatNumber seat, std::int32_t slot);

  void Rebalance();
  void Move(std::int32_t slot);
  void Give(std::int32_t slot, SeatNumber seat);
  void AskBack(std::int32_t slot);
  SeatNumber WithFewest() const;
  std::size_t TargetsOf(SeatNumber seat) const;
  // The member of the seat does it when it hears of it, if it is still there and in that seat.
  void Tell(SeatNumber seat, std::function<void(GroupMember*)> what);

  const GroupScenario& scenario_;
  Dice dice_;
  Timeline& timeline_;
  SeatNumber last_seat_ = 0;
  std::map<SeatNumber, Seat> seats_;
  std::map<std::int32_t, Slot> slots_;
};

// A process's end of it.
class GroupMember final : public Ownership {
 public:
  struct Hearers {
    std::function<void()> changed;                 // look again
    std::function<void(std::int32_t)> given_back;  // before the group is told
    std::function<void(std::int32_t)>
        not_in_time;  // it could have given the slot back, and has not
  };

  // Joins in a while. `group` outlives it; `door`: of the process.
  GroupMember(SimulatedGroup& group, std::shared_ptr<Door> door, std::string name, Hearers hearers);

  OwnershipView Look() const override { return view_; }
  void GiveBack(std::int32_t slot) override;
  milliseconds session() const override { return group_.scenario().session; }
  std::string name() const override { return name_; }

  // The process stands still, or the group cannot be heard, for so long; `notices`: so much later
  // it finds out that it was put out meanwhile.
  void FallSilent(milliseconds length, milliseconds notices);
  // The process ends in order, or is killed. Its door is shut.
  void Leave();
  void Die();

 private:
  friend class SimulatedGroup;

  void Join();
  void OnPutOut();

  SimulatedGroup& group_;
  const std::shared_ptr<Door> door_;
  const std::string name_;
  const Hearers hearers_;
  SimulatedGroup::SeatNumber seat_ = 0;
  OwnershipView view_;
  std::uint64_t grants_ = 0;
  MonotonicTime silent_until_{};
  milliseconds notices_{0};
};

}  // namespace nsf::simulation
