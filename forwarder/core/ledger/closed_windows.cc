// SPDX-License-Identifier: Apache-2.0
// Proving and scheduling closed windows.
#include "core/ledger/closed_windows.h"

#include <algorithm>

namespace nsf {
namespace {

// Windows in a row in which nothing is shown and rows are stated, and no total was met between
// them: what is stated is not the total of a window.
constexpr int kHollowTotals = 8;
constexpr std::chrono::seconds kFirstPause{60};
constexpr std::chrono::seconds kLongestPause{3600};
// Proofs are joined up to a UTC day.
constexpr std::chrono::hours kProofSpan{24};

// Revisits are made a little late, so that one walk serves neighbours that come due one by one.
constexpr std::chrono::seconds kLongestDelay{900};

// A window's revisit at `age` is due at the first multiple of a fraction of it.
WallSeconds DueAt(WallSeconds end, std::chrono::seconds age) {
  const auto step = std::max(std::chrono::seconds(1), std::min(age / 2, kLongestDelay)).count();
  const auto exact = (end + age).time_since_epoch().count();
  return WallSeconds(std::chrono::seconds((exact + step - 1) / step * step));
}

bool IsProof(const WindowRecord& record) { return record.whole && !record.due; }

std::chrono::seconds PauseAfter(std::uint32_t failures) {
  std::chrono::seconds pause = kFirstPause;
  for (std::uint32_t i = 2; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

}  // namespace

void ClosedWindows::Load(const WindowRecord& record) {
  records_[record.window.start] = record;
  Note(record, true);
}

bool ClosedWindows::Walked(const ClosedWalk& walk, WallSeconds tenant_now) {
  NoteTotal(walk);
  bool whole = true;
  const WallSeconds begun = walk.begun.value_or(tenant_now);
  std::vector<WindowRecord> walked;
  for (const ClosedWalk::Part& part : walk.parts) {
    const auto it = records_.find(part.window.start);
    WindowRecord record = it == records_.end() ? WindowRecord{} : it->second;
    record.window = part.window;
    const bool proven = Proves(record, walk, part.tally) && !IsDoubtful(record, walk, begun);
    whole = whole && proven;
    ++record.walks;
    // Of windows asked for together it is not always known where a row belongs.
    if (walk.parts.size() == 1 || walk.told_apart) {
      record.tally = part.tally;
      record.total = walk.total;
    }
    walked.push_back(record);
  }
  for (const WindowRecord& record : walked) {
    if (whole) {
      OnWhole(record, begun);
    } else {
      OnMoved(record, walked.size() == 1, walk.rows > 0, tenant_now);
    }
  }
  return whole;
}

void ClosedWindows::NoteTotal(const ClosedWalk& walk) {
  if (!walk.total || walk.parts.size() != 1) return;
  const auto it = records_.find(walk.parts.front().window.start);
  const bool first = it == records_.end() || it->second.walks == 0;
  if (walk.proof == WalkProof::kWhole && walk.rows == *walk.total) {
    hollow_totals_ = 0;
  } else if (walk.proof == WalkProof::kStated && walk.rows == 0 && first) {
    ++hollow_totals_;
  }
}

bool ClosedWindows::Proves(const WindowRecord& record, const ClosedWalk& walk,
                           const Tally& tally) const {
  switch (walk.proof) {
    case WalkProof::kWhole:
      return true;
    case WalkProof::kNoTotal:
      return record.walks > 0 && record.tally == tally;
    case WalkProof::kResumed:
      return false;
    case WalkProof::kStated:
      if (hollow_totals_ >= kHollowTotals) return true;
      break;
    case WalkProof::kMoved:
      break;
  }
  // A second cannot be halved: what all its walks have seen must make up the total.
  const bool second = record.window.end - record.window.start == std::chrono::seconds(1);
  // A total below the rows that were shown makes up nothing.
  return second && record.failures > 0 && walk.total && walk.rows <= *walk.total &&
         walk.known_events >= *walk.total;
}

// An empty answer may be a lie, and a window of the backlog that no revisit will look at again is
// believed to be empty only the second time.
bool ClosedWindows::IsDoubtful(const WindowRecord& record, const ClosedWalk& walk,
                               WallSeconds begun) const {
  if (record.walks > 0 || walk.parts.size() > 1 || walk.parts.front().tally.events > 0)
    return false;
  return settings_.ages.empty() || record.window.end + settings_.ages.back() <= begun;
}

void ClosedWindows::OnWhole(WindowRecord record, WallSeconds begun) {
  record.whole = true;
  record.failures = 0;
  const auto& ages = settings_.ages;
  while (record.revisits < ages.size() && record.window.end + ages[record.revisits] <= begun) {
    ++record.revisits;
  }
  record.due.reset();
  if (record.revisits < ages.size()) {
    record.due = DueAt(record.window.end, ages[record.revisits]);
  }
  if (!proven_until_ || *proven_until_ < record.window.end) proven_until_ = record.window.end;
  Put(record);
  JoinProofs(record.window.start);
}

void ClosedWindows::OnMoved(WindowRecord record, bool alone, bool shown, WallSeconds tenant_now) {
  record.whole = false;
  ++record.failures;
  record.due = tenant_now;
  const auto length = record.window.end - record.window.start;
  if (!alone || record.failures == 1) return Put(record);
  // Where rows are stated and none is shown, smaller windows would show no more.
  if (length == std::chrono::seconds(1) || !shown) {
    record.due = tenant_now + PauseAfter(record.failures);
    return Put(record);
  }
  WindowRecord half;
  half.window = {record.window.start, record.window.start + length / 2};
  half.failures = 1;
  half.revisits = record.revisits;
  half.due = tenant_now;
  Put(half);
  half.window = {half.window.end, record.window.end};
  Put(half);
}

void ClosedWindows::JoinProofs(WallSeconds start) {
  auto it = records_.find(start);
  if (!IsProof(it->second)) return;
  const auto joins = [](const WindowRecord& a, const WindowRecord& b) {
    return IsProof(a) && IsProof(b) && a.window.end == b.window.start &&
           std::chrono::floor<std::chrono::days>(a.window.start) ==
               std::chrono::floor<std::chrono::days>(b.window.end - std::chrono::seconds(1)) &&
           b.window.end - a.window.start <= kProofSpan;
  };
  if (it != records_.begin() && joins(std::prev(it)->second, it->second)) --it;
  WindowRecord joined = it->second;
  std::vector<WallSeconds> absorbed;
  for (auto next = std::next(it); next != records_.end() && joins(joined, next->second); ++next) {
    joined.window.end = next->second.window.end;
    joined.tally.events += next->second.tally.events;
    joined.tally.sum += next->second.tally.sum;
    joined.walks += next->second.walks;
    joined.total.reset();
    absorbed.push_back(next->first);
  }
  if (absorbed.empty()) return;
  for (const WallSeconds gone : absorbed) Erase(gone);
  Put(joined);
}

void ClosedWindows::MakeDue(const Window& range, WallSeconds tenant_now) {
  std::vector<WindowRecord> touched;
  for (const auto& [start, record] : records_) {
    if (start < range.end && record.window.end > range.start) touched.push_back(record);
  }
  for (WindowRecord& record : touched) {
    record.due = record.due ? std::min(*record.due, tenant_now) : tenant_now;
    Put(record);
  }
}

bool ClosedWindows::IsDue(const Window& range, WallSeconds tenant_now) const {
  const std::vector<Window> due = AllDue(tenant_now);
  return std::any_of(due.begin(), due.end(), [&range](const Window& window) {
    return window.start < range.end && window.end > range.start;
  });
}

std::vector<Window> ClosedWindows::Due(WallSeconds tenant_now) const {
  std::vector<Window> windows;
  if (due_.empty() || due_.begin()->first > tenant_now) return windows;
  auto it = records_.find(due_.begin()->second);
  windows.push_back(it->second.window);
  // What moved is walked alone.
  if (!it->second.whole) return windows;
  std::uint64_t events = it->second.tally.events;
  for (++it; it != records_.end(); ++it) {
    const WindowRecord& next = it->second;
    events += next.tally.events;
    const bool joins = next.window.start == windows.back().end && next.whole && next.due &&
                       *next.due <= tenant_now && events <= settings_.most_events;
    if (!joins) break;
    windows.push_back(next.window);
  }
  return windows;
}

std::vector<Window> ClosedWindows::AllDue(WallSeconds tenant_now) const {
  std::vector<Window> windows;
  for (const auto& [due, start] : due_) {
    if (due > tenant_now) break;
    windows.push_back(records_.at(start).window);
  }
  std::sort(windows.begin(), windows.end(),
            [](const Window& a, const Window& b) { return a.start < b.start; });
  return windows;
}

std::optional<WallSeconds> ClosedWindows::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

WallSeconds ClosedWindows::kept_from() const {
  return awaited_.empty() ? WallSeconds::max() : *awaited_.begin();
}

std::optional<WallSeconds> ClosedWindows::first_incomplete() const {
  if (incomplete_.empty()) return std::nullopt;
  return *incomplete_.begin();
}

// A window may reach over midnight: its events are counted on the day on which it begins.
std::vector<DayProof> ClosedWindows::ProofByDay(std::size_t most) const {
  std::map<WallSeconds, DayProof> days;
  for (const auto& [start, record] : records_) {
    days[std::chrono::floor<std::chrono::days>(start)].events += record.tally.events;
    for (WallSeconds from = start; from < record.window.end;) {
      const WallSeconds day = std::chrono::floor<std::chrono::days>(from);
      const WallSeconds until = std::min(record.window.end, day + std::chrono::days(1));
      (record.whole ? days[day].proven : days[day].unproven) += until - from;
      from = until;
    }
  }
  std::vector<DayProof> last;
  for (auto& [day, proof] : days) {
    proof.day = day;
    last.push_back(proof);
  }
  if (last.size() > most) last.erase(last.begin(), last.end() - static_cast<std::ptrdiff_t>(most));
  return last;
}

std::vector<std::pair<WallSeconds, std::optional<WindowRecord>>> ClosedWindows::TakeChanges() {
  std::vector<std::pair<WallSeconds, std::optional<WindowRecord>>> changes;
  for (const WallSeconds start : std::exchange(changed_, {})) {
    const auto it = records_.find(start);
    if (it == records_.end()) {
      changes.emplace_back(start, std::nullopt);
    } else {
      changes.emplace_back(start, it->second);
    }
  }
  return changes;
}

void ClosedWindows::Clear() {
  while (!records_.empty()) Erase(records_.begin()->first);
  proven_until_.reset();
}

void ClosedWindows::Put(const WindowRecord& record) {
  Erase(record.window.start);
  records_[record.window.start] = record;
  Note(record, true);
  changed_.insert(record.window.start);
}

void ClosedWindows::Erase(WallSeconds start) {
  const auto it = records_.find(start);
  if (it == records_.end()) return;
  Note(it->second, false);
  records_.erase(it);
  changed_.insert(start);
}

void ClosedWindows::Note(const WindowRecord& record, bool present) {
  const WallSeconds start = record.window.start;
  if (!present) {
    if (record.due) due_.erase({*record.due, start});
    awaited_.erase(start);
    incomplete_.erase(start);
    return;
  }
  if (record.due) due_.insert({*record.due, start});
  if (record.due) awaited_.insert(start);
  if (!record.whole) incomplete_.insert(start);
  if (record.whole && (!proven_until_ || *proven_until_ < record.window.end)) {
    proven_until_ = record.window.end;
  }
}

}  // namespace nsf
