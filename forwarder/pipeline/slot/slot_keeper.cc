// SPDX-License-Identifier: Apache-2.0
// From the group's word to slots that are open.
#include "pipeline/slot/slot_keeper.h"

#include <algorithm>
#include <utility>

namespace nsf {
namespace {

std::string Name(std::int32_t slot) { return "slot " + std::to_string(slot); }

std::string Listed(const std::map<std::int32_t, SlotGrant>& grants) {
  std::string text;
  for (const auto& [slot, grant] : grants) {
    text += (text.empty() ? "" : ", ") + std::to_string(slot);
    if (grant.asked_back) text += " (asked back)";
  }
  return text.empty() ? "none" : text;
}

bool SameGrants(const OwnershipView& a, const OwnershipView& b) {
  return a.joined == b.joined && std::equal(a.grants.begin(), a.grants.end(), b.grants.begin(),
                                            b.grants.end(), [](const auto& x, const auto& y) {
                                              return x.first == y.first &&
                                                     x.second.number == y.second.number &&
                                                     x.second.asked_back == y.second.asked_back;
                                            });
}

}  // namespace

SlotKeeper::SlotKeeper(Ownership& ownership, SlotLogs& logs, Random& random, Hearers hearers)
    : ownership_(ownership),
      logs_(logs),
      random_(random),
      hearers_(std::move(hearers)),
      desk_(logs, random, {hearers_.changed, hearers_.tell}),
      router_([&logs](const SinkBatch& batch) { return logs.Takes(batch); }) {}

SlotKeeper::~SlotKeeper() {
  desk_.Close();
  for (auto& [slot, kept] : kept_) {
    if (kept.open) kept.open->Close();
  }
}

void SlotKeeper::Step(const std::set<std::string>& tenants, const std::set<std::string>& running,
                      MonotonicTime now) {
  if (error()) return;
  LookAtGroup(now);
  desk_.Step(tenants, view_.slots, now);
  router_.Place(desk_.known());
  look_again_ = desk_.look_again();
  const std::set<std::int32_t> wanted = SlotsOf(tenants);
  const std::set<std::int32_t> busy = SlotsOf(running);
  for (const auto& [slot, grant] : view_.grants) kept_.try_emplace(slot);
  for (auto at = kept_.begin(); at != kept_.end();) {
    StepSlot(at->first, wanted, busy, now);
    const bool gone = !at->second.open && !view_.grants.contains(at->first);
    at = gone ? kept_.erase(at) : std::next(at);
  }
}

void SlotKeeper::LookAtGroup(MonotonicTime now) {
  OwnershipView view = ownership_.Look();
  if (!SameGrants(view, view_) || settled_since_ == MonotonicTime::max()) {
    settled_since_ = now;
    if (view.joined) {
      hearers_.tell(ownership_.name() + " has slots " + Listed(view.grants) + " of " +
                    std::to_string(view.slots));
    }
  }
  view_ = std::move(view);
}

std::set<std::int32_t> SlotKeeper::SlotsOf(const std::set<std::string>& tenants) const {
  std::set<std::int32_t> slots;
  for (const std::string& tenant : tenants) {
    if (const auto slot = SlotOf(tenant)) slots.insert(*slot);
  }
  return slots;
}

void SlotKeeper::StepSlot(std::int32_t slot, const std::set<std::int32_t>& wanted,
                          const std::set<std::int32_t>& busy, MonotonicTime now) {
  Kept& kept = kept_.at(slot);
  SlotFacts facts;
  facts.life = LifeOf(slot, &kept, now);
  const auto grant = view_.grants.find(slot);
  if (grant != view_.grants.end()) facts.grant = grant->second;
  if (!facts.grant || !facts.grant->asked_back) {
    kept.asked_back_since.reset();
  } else if (!kept.asked_back_since) {
    kept.asked_back_since = now;
  }
  facts.wanted = wanted.contains(slot);
  facts.busy = busy.contains(slot);
  facts.asked_back_since = kept.asked_back_since;
  facts.shut_out = kept.shut_out;
  const SlotStep step = DecideSlot(facts, ownership_.session(), now);
  kept.may_run = step.may_run;
  look_again_ = std::min(look_again_, step.look_again);
  switch (step.act) {
    case SlotAct::kNone:
      break;
    case SlotAct::kOpen:
      Begin(slot, &kept);
      break;
    case SlotAct::kClose:
      router_.Drop(slot);
      kept.open->Close();
      break;
    case SlotAct::kGiveBack:
      ownership_.GiveBack(slot);
      break;
  }
}

SlotLife SlotKeeper::LifeOf(std::int32_t slot, Kept* kept, MonotonicTime now) {
  if (!kept->open) return SlotLife::kClosed;
  if (kept->open->closed()) {
    kept->open.reset();
    return SlotLife::kClosed;
  }
  if (kept->open->closing()) return SlotLife::kClosing;
  switch (kept->open->slot().phase()) {
    case Slot::Phase::kOpening:
      break;
    case Slot::Phase::kOwned:
      if (!std::exchange(kept->was_owned, true)) hearers_.tell(Name(slot) + " is owned");
      break;
    case Slot::Phase::kLost: {
      const bool again = kept->shut_out && kept->shut_out->grant == kept->grant;
      kept->shut_out = ShutOut{kept->grant, now, again ? kept->shut_out->in_a_row + 1 : 1};
      hearers_.warn(Name(slot) + " is lost: " + kept->open->slot().error()->message +
                    "; its streams rest until the group confirms that it is this instance's");
      return SlotLife::kShutOut;
    }
    case Slot::Phase::kFailed:
      error_ = kept->open->slot().error();
      return SlotLife::kShutOut;
  }
  return SlotLife::kOpen;
}

void SlotKeeper::Begin(std::int32_t slot, Kept* kept) {
  auto log = logs_.OpenSlot(slot);
  if (!log) {
    error_ = log.error();
    return;
  }
  kept->grant = view_.grants.at(slot).number;
  kept->was_owned = false;
  kept->open = std::make_shared<OpenSlot>(std::move(log).value(), random_,
                                          Slot::Hearers{hearers_.changed, hearers_.warn});
  router_.Put(slot, kept->open);
}

bool SlotKeeper::MayRun(const std::string& tenant) const {
  const auto slot = SlotOf(tenant);
  if (!slot) return false;
  const auto kept = kept_.find(*slot);
  return kept != kept_.end() && kept->second.may_run && kept->second.was_owned;
}

std::optional<std::int32_t> SlotKeeper::SlotOf(const std::string& tenant) const {
  const auto placed = desk_.known().find(tenant);
  if (placed == desk_.known().end()) return std::nullopt;
  return placed->second;
}

std::optional<Error> SlotKeeper::Trouble() const {
  if (auto trouble = desk_.Trouble()) return trouble;
  for (const auto& [slot, kept] : kept_) {
    if (!kept.open || kept.open->closing()) continue;
    if (auto trouble = kept.open->log().Trouble()) return trouble;
  }
  return view_.trouble;
}

std::optional<Error> SlotKeeper::error() const {
  if (error_) return error_;
  return desk_.error() ? desk_.error() : view_.error;
}

}  // namespace nsf
