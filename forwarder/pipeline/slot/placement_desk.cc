// SPDX-License-Identifier: Apache-2.0
// Own, read, add, let go.
#include "pipeline/slot/placement_desk.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace nsf {
namespace {

// Between attempts of instances that shut one another out.
constexpr std::chrono::milliseconds kShortPause{100};
constexpr std::uint32_t kMostDoublings = 6;

}  // namespace

// Its outcome is told on another thread.
struct PlacementDesk::Commit {
  Placements added;
  std::atomic<bool> ended{false};
  std::atomic<bool> made{false};
};

PlacementDesk::PlacementDesk(SlotLogs& logs, Random& random, Slot::Hearers hearers)
    : logs_(logs), random_(random), hearers_(std::move(hearers)) {}

bool PlacementDesk::Knows(const std::set<std::string>& tenants) const {
  return std::all_of(tenants.begin(), tenants.end(),
                     [this](const std::string& tenant) { return known_.contains(tenant); });
}

void PlacementDesk::Step(const std::set<std::string>& tenants, std::int32_t slots,
                         MonotonicTime now) {
  if (error_) return;
  if (!LetGo()) return;
  if (log_) return StepGlance(tenants, now);
  if (!open_) {
    if (Knows(tenants) || slots == 0) {
      again_ = MonotonicTime::max();
    } else if (now >= again_ || again_ == MonotonicTime::max()) {
      Begin();
    }
    return;
  }
  if (open_->closing()) return;
  switch (open_->slot().phase()) {
    case Slot::Phase::kOpening:
      break;
    case Slot::Phase::kOwned:
      commit_ ? Settle(now) : Read(tenants, slots);
      break;
    case Slot::Phase::kLost:
      TryLater(now);
      break;
    case Slot::Phase::kFailed:
      error_ = open_->slot().error();
      Close();
      break;
  }
}

void PlacementDesk::Begin() {
  again_ = MonotonicTime::max();
  auto log = logs_.OpenPlacements();
  if (!log) {
    error_ = log.error();
    return;
  }
  log_ = std::move(log).value();
  glance_ = std::make_unique<LogGlance>(*log_, hearers_.changed);
}

void PlacementDesk::StepGlance(const std::set<std::string>& tenants, MonotonicTime now) {
  const auto outcome = glance_->outcome();
  if (!outcome) return;
  if (!*outcome) return TryLater(now);
  if (!Learn(outcome->value()) || Knows(tenants)) return Close();
  open_ = std::make_unique<OpenSlot>(std::move(log_), random_, hearers_);
}

// Of what has ended; whether nothing is ending any more.
bool PlacementDesk::LetGo() {
  if (open_ && open_->closed()) open_.reset();
  if (log_closed_ && *log_closed_) {
    log_.reset();
    log_closed_.reset();
  }
  if (!open_ && !log_) glance_.reset();
  return !log_closed_;
}

bool PlacementDesk::Learn(const std::vector<StateEntry>& entries) {
  const std::string_view prefix = kPlacementPrefix;
  for (const StateEntry& entry : entries) {
    if (!entry.key.starts_with(prefix)) continue;
    const auto slot = DecodePlacement(entry.value);
    if (!slot) {
      error_ = slot.error();
      return false;
    }
    known_[entry.key.substr(prefix.size())] = *slot;
  }
  return true;
}

void PlacementDesk::Read(const std::set<std::string>& tenants, std::int32_t slots) {
  const auto entries = open_->slot().Scan(kPlacementPrefix);
  if (!entries) return;  // it is being read again
  if (!Learn(*entries)) return Close();
  if (Knows(tenants)) return Close();
  commit_ = std::make_shared<Commit>();
  commit_->added = PlaceTenants(tenants, known_, slots);
  std::vector<StateChange> changes;
  for (const auto& [tenant, slot] : commit_->added) {
    changes.push_back({PlacementKey(tenant), EncodePlacement(slot)});
  }
  open_->slot().Commit(std::move(changes),
                       [commit = commit_, changed = hearers_.changed](const Result<void>& result) {
                         commit->made = result.has_value();
                         commit->ended = true;
                         changed();
                       });
}

void PlacementDesk::Settle(MonotonicTime now) {
  if (!commit_->ended) return;
  const auto commit = std::exchange(commit_, nullptr);
  if (!commit->made) return TryLater(now);
  failures_ = 0;
  for (const auto& [tenant, slot] : commit->added) {
    known_[tenant] = slot;
    hearers_.note("tenant " + tenant + " is placed in slot " + std::to_string(slot));
  }
  Close();
}

void PlacementDesk::TryLater(MonotonicTime now) {
  commit_.reset();
  Close();
  failures_ = std::min(failures_ + 1, kMostDoublings);
  const auto longest = kShortPause * (std::int64_t{1} << failures_);
  again_ = now + std::chrono::duration_cast<std::chrono::milliseconds>(longest * random_.Uniform());
}

std::optional<Error> PlacementDesk::Trouble() const {
  if (log_) return log_->Trouble();
  if (!open_ || open_->closing()) return std::nullopt;
  return open_->log().Trouble();
}

void PlacementDesk::Close() {
  if (open_) open_->Close();
  if (!log_ || log_closed_) return;
  log_closed_ = std::make_shared<std::atomic<bool>>(false);
  log_->Close([closed = log_closed_, changed = hearers_.changed] {
    *closed = true;
    changed();
  });
}

}  // namespace nsf
