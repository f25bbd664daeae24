// SPDX-License-Identifier: Apache-2.0
// Writing progress.
#include "app/progress.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace nsf {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kOnTerminal{250};
constexpr seconds kElsewhere{10};
constexpr int kBarWidth = 24;

struct Sum {
  std::uint64_t events = 0;
  std::uint64_t requests = 0;
  std::uint64_t limited = 0;
  double done = 1;  // the share of time walked by the stream that is furthest behind
  bool caught_up = true;
};

Sum Add(const Now& now, const std::vector<const EventStream*>& streams) {
  Sum sum;
  for (const EventStream* stream : streams) {
    const StreamSnapshot& s = stream->snapshot();
    sum.events += s.received - s.out_of_window - s.deduplicated - s.filtered_in_all() - s.pending;
    for (const auto& [code, count] : s.requests) sum.requests += count;
    sum.limited += s.rate_limited;
    sum.caught_up &= s.caught_up;
    if (s.caught_up) continue;
    double done = 0;
    if (s.first_window_start && s.delivered_until) {
      const auto tenant_now = now.wall + s.clock_skew.value_or(milliseconds(0));
      const duration<double> whole = tenant_now - *s.first_window_start;
      const duration<double> walked = *s.delivered_until - *s.first_window_start;
      done = std::clamp(walked.count() / std::max(1.0, whole.count()), 0.0, 1.0);
    }
    sum.done = std::min(sum.done, done);
  }
  return sum;
}

double Seconds(const Now& from, const Now& to) {
  return std::max(1e-3, duration<double>(to.monotonic - from.monotonic).count());
}

std::string Eta(double done, double elapsed) {
  if (done <= 0.01) return "?";
  return fmt::format("{:.0f}s", elapsed * (1 - done) / done);
}

std::string Bar(double done) {
  const int full = static_cast<int>(done * kBarWidth);
  return std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kBarWidth - full), '.');
}

}  // namespace

void Progress::Show(const Now& now, const std::vector<const EventStream*>& streams,
                    const BudgetSnapshot& budget) {
  const auto pause = terminal_ ? std::chrono::nanoseconds(kOnTerminal) : kElsewhere;
  if (now.monotonic - shown_.monotonic < pause) return;
  const Sum sum = Add(now, streams);
  const double rate = static_cast<double>(sum.events - shown_events_) / Seconds(shown_, now);
  const std::string left = budget.remaining ? fmt::format("{:.0f}", *budget.remaining) : "-";
  const std::string eta = sum.caught_up ? "live" : "eta " + Eta(sum.done, Seconds(begun_, now));
  fmt::print(stderr,
             "{}[{}] {} events, {} requests, {:.0f} events/s, {}, {:.1f} requests/s allowed ({} "
             "left), {} x 429{}",
             terminal_ ? "\r\033[K" : "", Bar(sum.caught_up ? 1 : sum.done), sum.events,
             sum.requests, rate, eta, budget.per_second, left, sum.limited, terminal_ ? "" : "\n");
  std::fflush(stderr);
  shown_ = now;
  shown_events_ = sum.events;
}

void Progress::Finish(const Now& now, const std::vector<const EventStream*>& streams) {
  const Sum sum = Add(now, streams);
  const double elapsed = Seconds(begun_, now);
  fmt::print(stderr, "{}{} events delivered in {:.1f} s ({:.0f} events/s), {} requests, {} x 429\n",
             terminal_ ? "\r\033[K" : "", sum.events, elapsed,
             static_cast<double>(sum.events) / elapsed, sum.requests, sum.limited);
}

}  // namespace nsf
