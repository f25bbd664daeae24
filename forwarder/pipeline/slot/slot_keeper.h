// SPDX-License-Identifier: Apache-2.0
// Opens and closes slots as the group gives them and asks them back, and says which tenants'
// streams may run. A slot that is lost takes its own streams with it, and nothing else.
// docs/decisions/0027-slots-are-shared-by-a-group.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/ownership/slot_step.h"
#include "pipeline/slot/open_slot.h"
#include "pipeline/slot/placement_desk.h"
#include "pipeline/slot/slot_router.h"
#include "ports/clock.h"
#include "ports/ownership.h"
#include "ports/random.h"
#include "ports/slot_logs.h"

namespace nsf {

// For one thread, but for store() and bytes(). The hearers are told on any.
class SlotKeeper {
 public:
  struct Hearers {
    std::function<void()> changed;  // step it
    std::function<void(std::string_view message)> tell;
    std::function<void(std::string_view message)> warn;
  };

  // All is outlived.
  SlotKeeper(Ownership& ownership, SlotLogs& logs, Random& random, Hearers hearers);
  // Ends all at once, in a second or two.
  ~SlotKeeper();
  SlotKeeper(const SlotKeeper&) = delete;
  SlotKeeper& operator=(const SlotKeeper&) = delete;

  StateStore& store() { return router_; }
  std::size_t bytes() const { return router_.bytes(); }

  // Does what is to be done now. `tenants`: those configured; `running`: those of which streams
  // have not come to rest.
  void Step(const std::set<std::string>& tenants, const std::set<std::string>& running,
            MonotonicTime now);
  // When it is to be stepped again, if nothing happens before.
  MonotonicTime look_again() const { return look_again_; }

  // Streams of the tenant may run; otherwise they are to come to rest.
  bool MayRun(const std::string& tenant) const;
  // Where the tenant is, once that is known.
  std::optional<std::int32_t> SlotOf(const std::string& tenant) const;
  bool Holds(std::int32_t slot) const { return view_.grants.contains(slot); }
  // As the group said at the last step.
  const OwnershipView& view() const { return view_; }
  // Since when nothing has changed in what is ours: others may have what is not.
  MonotonicTime settled_since() const { return settled_since_; }

  std::optional<Error> Trouble() const;
  // The program cannot go on.
  std::optional<Error> error() const;

 private:
  struct Kept {
    std::shared_ptr<OpenSlot> open;
    std::uint64_t grant = 0;  // under which it was opened
    bool was_owned = false;
    bool may_run = false;
    std::optional<MonotonicTime> asked_back_since;
    std::optional<ShutOut> shut_out;
  };

  void LookAtGroup(MonotonicTime now);
  void StepSlot(std::int32_t slot, const std::set<std::int32_t>& wanted,
                const std::set<std::int32_t>& busy, MonotonicTime now);
  SlotLife LifeOf(std::int32_t slot, Kept* kept, MonotonicTime now);
  void Begin(std::int32_t slot, Kept* kept);
  std::set<std::int32_t> SlotsOf(const std::set<std::string>& tenants) const;

  Ownership& ownership_;
  SlotLogs& logs_;
  Random& random_;
  const Hearers hearers_;
  PlacementDesk desk_;
  SlotRouter router_;
  OwnershipView view_;
  std::map<std::int32_t, Kept> kept_;
  MonotonicTime settled_since_ = MonotonicTime::max();
  MonotonicTime look_again_ = MonotonicTime::min();
  std::optional<Error> error_;
};

}  // namespace nsf
