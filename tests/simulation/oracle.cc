// SPDX-License-Identifier: Apache-2.0
// The judgements.
#include "simulation/oracle.h"

#include <algorithm>

namespace nsf::simulation {
namespace {

constexpr std::size_t kMostFailures = 5;
// Polls, walks and pauses between an event and its delivery.
constexpr std::chrono::minutes kSlack{20};

// The name by which the tenant's ledger knows a row: its `_id`, or else its `trace_id`, or all of
// it where it is a string (see docs/SIMULATOR.md).
std::string NameIn(std::string_view raw) {
  for (const std::string_view key : {"\"_id\":\"", "\"_id\": \"", "\"trace_id\":\"",
                                     "\"trace_id\": \""}) {
    const std::size_t at = raw.find(key);
    if (at == std::string_view::npos) continue;
    const std::size_t begin = at + key.size();
    const std::string name(raw.substr(begin, raw.find('"', begin) - begin));
    if (!name.empty()) return name;
  }
  return std::string(raw);
}

// For people who look for the event in the traffic.
std::string Times(const nsf_simulator::Event& event) {
  return " (event " + std::to_string(event.timestamp.time_since_epoch().count()) + ", inserted " +
         std::to_string(event.insertion.time_since_epoch().count()) + ", visible " +
         std::to_string(event.visible.time_since_epoch().count() / 1'000) + ")";
}

std::int64_t Seconds(WallSeconds time) { return time.time_since_epoch().count(); }

}  // namespace

void Oracle::Fail(const std::string& what) {
  if (failures_.size() < kMostFailures) failures_.push_back(what);
}

void Oracle::Arrived(const std::string& sink, const Record& record) {
  ++arrived_[sink][NameIn(record.raw)];
}

void Oracle::CheckDelivered(WallSeconds from, WallSeconds to, WallSeconds visible,
                            WindowKind window, const std::string& claim) {
  const StreamSettings& stream = scenario_.stream;
  const auto settle =
      window == WindowKind::kInsertion ? stream.windows.settle : stream.settle_by_event;
  std::map<std::string, std::uint64_t> expected;
  std::map<std::string, std::string> times;
  for (nsf_simulator::EventNumber n = 0; n < tenant_.visible(); ++n) {
    const nsf_simulator::Event& event = tenant_.event(n);
    // The same event once more is the same event.
    if (event.kind == nsf_simulator::EventKind::kRepeated) continue;
    const auto own = window == WindowKind::kEvent ? event.timestamp : event.insertion;
    if (own < from || own >= to || event.visible > WallTime(visible)) continue;
    // A row may be shown only after its window is closed: it is late, and waits for a revisit.
    if (event.visible > WallTime(own + settle)) continue;
    if (const auto leaves = tenant_.LeavesAt(n); leaves && *leaves <= WallTime(visible)) continue;
    ++expected[tenant_.NameOf(n)];
    times[tenant_.NameOf(n)] = Times(event);
  }
  for (const SinkSpec& sink : scenario_.stream.sinks) {
    const auto& arrived = arrived_[sink.name];
    for (const auto& [name, count] : expected) {
      const auto it = arrived.find(name);
      if (it != arrived.end() && it->second >= count) continue;
      return Fail(claim + ", and " + name + times[name] + " is not at " + sink.name);
    }
  }
}

void Oracle::CheckClaims(const StreamSnapshot& snapshot, WindowKind window) {
  if (!snapshot.delivered_until || !snapshot.first_window_start) return;
  const WallSeconds until = *snapshot.delivered_until;
  CheckDelivered(*snapshot.first_window_start, until, until, window,
                 "delivered until " + std::to_string(Seconds(until)));
}

void Oracle::CheckRecord(const WindowRecord& record, WindowKind window) {
  if (!record.whole) return;
  CheckDelivered(record.window.start, record.window.end, record.window.end, window,
                 "window " + std::to_string(Seconds(record.window.start)) + " to " +
                     std::to_string(Seconds(record.window.end)) + " is whole");
}

void Oracle::CheckIdentity(const StreamSnapshot& s) {
  for (const auto& [name, sink] : s.sinks) {
    std::uint64_t dead = 0;
    for (const auto& [reason, count] : sink.dead_lettered) dead += count;
    if (s.received != s.out_of_window + s.deduplicated + sink.delivered + dead + s.pending) {
      Fail("the identity of the metrics does not hold at " + name);
    }
  }
}

bool Oracle::MustHaveArrived(const nsf_simulator::Event& event, WindowKind window,
                             WallSeconds end) const {
  const StreamSettings& stream = scenario_.stream;
  const auto own = window == WindowKind::kEvent ? event.timestamp : event.insertion;
  const auto settle =
      window == WindowKind::kInsertion ? stream.windows.settle : stream.settle_by_event;
  if (event.visible <= WallTime(own + settle)) return event.visible <= WallTime(end - kSlack);
  // It is late: beyond any client when its window was revisited for the last time before it showed.
  const auto last = stream.revisit.back();
  return event.visible < WallTime(own + last) && own + last + 2 * kSlack <= end;
}

void Oracle::CheckAll(WindowKind window, WallSeconds end) {
  std::map<std::string, std::uint64_t> expected;
  std::map<std::string, std::uint64_t> visible;
  std::map<std::string, std::string> when;
  for (nsf_simulator::EventNumber n = 0; n < tenant_.visible(); ++n) {
    if (tenant_.event(n).kind == nsf_simulator::EventKind::kRepeated) continue;
    if (MustHaveArrived(tenant_.event(n), window, end)) ++expected[tenant_.NameOf(n)];
    ++visible[tenant_.NameOf(n)];
    when[tenant_.NameOf(n)] = Times(tenant_.event(n));
  }
  for (const SinkSpec& sink : scenario_.stream.sinks) {
    const auto& arrived = arrived_[sink.name];
    std::size_t more = 0;
    for (const auto& [name, count] : visible) {
      const auto it = arrived.find(name);
      const std::uint64_t times = it == arrived.end() ? 0 : it->second;
      if (times < expected[name]) {
        Fail("lost: " + name + when[name] + " came " + std::to_string(times) + " of " +
             std::to_string(expected[name]) + " times to " + sink.name);
      }
      more += times > count ? times - count : 0;
    }
    for (const auto& [name, times] : arrived) {
      if (visible.count(name) == 0) Fail("never was: " + name);
    }
    if (more > may_repeat_) {
      Fail(std::to_string(more) + " repeated at " + sink.name + ", explained are " +
           std::to_string(may_repeat_));
    }
  }
}

}  // namespace nsf::simulation
