// SPDX-License-Identifier: Apache-2.0
// The promises of docs/DELIVERY.md, as checks.
#include "simulation/oracle.h"

#include <algorithm>

#include "core/ledger/ledger.h"
#include "core/state/keys.h"
#include "simulation/timeline.h"

namespace nsf::simulation {
namespace {

// After the faults: the longest pauses of the product (a minute after failures, five after a 429,
// and what a tenant's rate leaves), then some polls.
constexpr seconds kRecovers{600};
// As long as a request takes, with its share of what sinks and the budget keep it waiting.
constexpr seconds kRequest{1};
// As long as a page of an iterator takes, with its delivery.
constexpr seconds kPage{4};

std::string Number(WallSeconds time) { return std::to_string(time.time_since_epoch().count()); }

}  // namespace

Oracle::Oracle(const Scenario& scenario, const StreamScenario& stream,
               const nsf_simulator::Tenant& tenant, Truth& truth, Complaints& complaints)
    : stream_(stream),
      truth_(truth),
      complaints_(complaints),
      calm_(tenant.Clock(TrueTime(kBegin) + scenario.calm)) {}

void Oracle::Complain(const std::string& what) {
  complaints_.Add(stream_.stream.tenant + '/' + stream_.stream.stream + ": " + what);
}

void Oracle::OnCommit(const std::vector<StateChange>& changes) {
  for (const StateChange& change : changes) TakeChange(change);
  CheckWindows();
}

void Oracle::TakeChange(const StateChange& change) {
  const StreamSettings& settings = stream_.stream;
  const std::string windows = WindowPrefix(settings.tenant, settings.stream);
  if (change.key == CursorKey(settings.tenant, settings.stream)) {
    cursor_ = DecodeCursor(*change.value).value();
    first_start_ = std::max(first_start_, cursor_->first_start);
  } else if (change.key.starts_with(windows)) {
    if (change.value) {
      records_[change.key] = DecodeWindow(*change.value).value();
    } else {
      records_.erase(change.key);
    }
  } else if (HoldsIds(change)) {
    const auto entries = DecodeChunk(*change.value);
    for (const LedgerEntry& entry : *entries) {
      if (truth_.IdIsSettled(entry.id.low)) continue;
      return Complain("an id is durable whose event no sink has acknowledged");
    }
  }
}

bool Oracle::HoldsIds(const StateChange& change) const {
  const StreamSettings& settings = stream_.stream;
  return change.value &&
         (ChunkOfKey(settings.tenant, settings.stream, change.key) ||
          change.key.starts_with(IteratorIdsPrefix(settings.tenant, settings.stream)));
}

const WindowRecord* Oracle::RecordOf(WallSeconds second) const {
  // Keys sort by the start.
  const StreamSettings& settings = stream_.stream;
  auto at = records_.upper_bound(WindowKey(settings.tenant, settings.stream, second));
  if (at == records_.begin()) return nullptr;
  --at;
  return second < at->second.window.end ? &at->second : nullptr;
}

void Oracle::CheckWindows() {
  if (truth_.kinds().size() > 1 || lied_ || !cursor_) return;
  for (const EventNumber number : truth_.Unsettled()) {
    const WallSeconds own = truth_.Own(number, truth_.kinds()[0]);
    if (own >= cursor_->open || own < first_start_ || truth_.Leaves(number, WallTime::max())) {
      continue;
    }
    const WindowRecord* const record = RecordOf(own);
    if (record != nullptr && !record->whole) continue;
    if (!truth_.VisibleInTime(number, record == nullptr ? 0 : record->revisits)) continue;
    return Complain(
        record == nullptr
            ? "the cursor is past an event that is not delivered: " + truth_.Describe(number)
            : "the window " + Number(record->window.start) + " to " + Number(record->window.end) +
                  " is called whole, and lacks " + truth_.Describe(number));
  }
}

void Oracle::OnStep(const StreamSnapshot& snapshot, WallTime tenant_now) {
  CheckIdentity(snapshot);
  if (snapshot.first_window_start) {
    first_start_ = std::max(first_start_, *snapshot.first_window_start);
  }
  if (snapshot.delivered_until && snapshot.delivered_until != checked_until_) {
    CheckLag(*snapshot.delivered_until, tenant_now);
    checked_until_ = snapshot.delivered_until;
  }
}

void Oracle::CheckIdentity(const StreamSnapshot& snapshot) {
  for (const auto& [name, sink] : snapshot.sinks) {
    std::uint64_t dead = 0;
    for (const auto& [reason, count] : sink.dead_lettered) dead += count;
    const std::uint64_t sum = snapshot.out_of_window + snapshot.deduplicated +
                              snapshot.filtered_in_all() + sink.delivered + dead + snapshot.pending;
    if (snapshot.received != sum) Complain("the counts do not add up at sink " + name);
  }
}

// Later rows of closed windows cannot be known; all others count.
void Oracle::CheckLag(WallSeconds delivered_until, WallTime tenant_now) {
  if (delivered_until > tenant_now) return Complain("delivered_until is ahead of the tenant");
  if (lied_ || OrderMisleads(stream_.tenant)) return;
  truth_.Update();
  for (; lag_checked_ < truth_.events(); ++lag_checked_) {
    if (std::chrono::floor<seconds>(truth_.event(lag_checked_).visible) >= delivered_until) return;
    if (stream_.stream.iterator) {
      // Rows come in the order in which they became visible, however late that was.
      if (IsExcused(lag_checked_) || truth_.Settled(lag_checked_)) continue;
      return Complain("delivered_until says " + Number(delivered_until) +
                      ", and not delivered is " + truth_.Describe(lag_checked_));
    }
    const bool excused =
        !truth_.VisibleInTime(lag_checked_, 0) || truth_.Leaves(lag_checked_, WallTime::max()) ||
        truth_.Before(lag_checked_, first_start_) || truth_.Anonymous(lag_checked_) ||
        truth_.LiesAhead(lag_checked_, delivered_until);
    if (excused || truth_.Settled(lag_checked_)) continue;
    return Complain("delivered_until says " + Number(delivered_until) + ", and not delivered is " +
                    truth_.Describe(lag_checked_));
  }
}

std::optional<WallTime> Oracle::DeadlineIn(EventNumber number, WindowKind kind) const {
  const StreamSettings& settings = stream_.stream;
  const WallTime visible = truth_.event(number).visible;
  const WallTime recovered = calm_ + kRecovers + 2 * settings.poll_interval;
  const auto own = truth_.Own(number, kind);
  const bool live = visible <= own + truth_.settle(kind);
  const auto closed = settings.windows.length + truth_.settle(kind) + settings.poll_interval;
  const bool told = !lied_ || visible >= calm_;
  if (live && told && truth_.Anonymous(number)) {
    return std::max({recovered, visible + kRecovers, WallTime(own)}) + closed + kRecovers;
  }
  if (live && told) {
    return std::max<WallTime>(recovered, visible + kRecovers + 2 * settings.poll_interval);
  }
  for (const seconds age : settings.revisit) {
    if (own + age < (lied_ ? std::max(visible, calm_) : visible)) continue;
    return std::max<WallTime>(recovered, own + closed + kRecovers) + age * 3 / 2;
  }
  return std::nullopt;
}

bool Oracle::HalvesAll(EventNumber number) const {
  const nsf_simulator::Settings& tenant = stream_.tenant;
  const bool shuffles = tenant.ties == nsf_simulator::Ties::kShuffled;
  const bool lies = tenant.total_says != nsf_simulator::TotalSays::kAll;
  const auto page = std::min<std::uint64_t>(stream_.stream.page_size, tenant.limit_max);
  return truth_.HasEquals(number) ||
         (shuffles &&
          (lies || tenant.order == nsf_simulator::Order::kNone || truth_.MostInASecond() > page));
}

bool Oracle::WalksRowByRow() const {
  const nsf_simulator::Settings& tenant = stream_.tenant;
  return tenant.window == nsf_simulator::WindowRule::kIgnored &&
         tenant.ties == nsf_simulator::Ties::kShuffled && tenant.limit_max <= tenant.crowd;
}

bool Oracle::IsExcused(EventNumber number) const {
  const auto leaves = truth_.Leaves(number, WallTime::max());
  return leaves || WallSeconds(truth_.event(number).timestamp) < first_start_;
}

std::optional<WallTime> Oracle::IteratorDeadline(EventNumber number) const {
  if (IsExcused(number)) return std::nullopt;
  const std::uint64_t pages = truth_.events() / stream_.tenant.iterator_page + 1;
  const auto poll = 2 * stream_.stream.poll_interval;
  return std::max<WallTime>(calm_, truth_.event(number).visible) + kRecovers + poll +
         pages * (kPage + stream_.tenant.iterator_wait);
}

std::optional<WallTime> Oracle::Deadline(EventNumber number) const {
  if (stream_.stream.iterator) return IteratorDeadline(number);
  std::optional<WallTime> deadline;
  if (truth_.Before(number, first_start_) || truth_.CannotBeCounted(number)) return std::nullopt;
  seconds later = HalvesAll(number) ? seconds(3600) : seconds(0);
  // The walk under way, and the next one.
  if (WalksRowByRow()) later += 2 * truth_.events() * kRequest;
  for (const WindowKind kind : truth_.kinds()) {
    const auto in_kind = DeadlineIn(number, kind);
    if (!in_kind || truth_.Leaves(number, *in_kind)) return std::nullopt;
    deadline = std::max(deadline.value_or(*in_kind), *in_kind + later);
  }
  return deadline;
}

void Oracle::OnEnd(WallTime tenant_now) {
  for (const EventNumber number : truth_.Unsettled()) {
    const auto deadline = Deadline(number);
    if (!deadline || *deadline > tenant_now) continue;
    return Complain("never delivered: " + truth_.Describe(number));
  }
}

}  // namespace nsf::simulation
