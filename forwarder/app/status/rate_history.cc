// SPDX-License-Identifier: Apache-2.0
// Keeping a point each ten seconds.
#include "app/status/rate_history.h"

#include <algorithm>

namespace nsf {
namespace {

using Seconds = std::chrono::duration<double>;

// The pace is that of so many steps.
constexpr std::size_t kPaceSteps = 6;

}  // namespace

void RateHistory::Note(MonotonicTime now, std::uint64_t settled,
                       std::optional<std::chrono::seconds> lag) {
  if (!points_.empty() && now - points_.back().at < kStep) return;
  // A stream that began anew counts from 0 again.
  if (!points_.empty() && settled < points_.back().settled) points_.clear();
  points_.push_back({now, settled, lag});
  if (points_.size() > kSteps + 1) points_.pop_front();
}

std::vector<double> RateHistory::PerSecond() const {
  std::vector<double> rates;
  for (std::size_t i = 1; i < points_.size(); ++i) {
    const auto events = static_cast<double>(points_[i].settled - points_[i - 1].settled);
    rates.push_back(events / Seconds(points_[i].at - points_[i - 1].at).count());
  }
  return rates;
}

std::optional<std::chrono::seconds> RateHistory::TimeLeft() const {
  if (points_.size() < 2) return std::nullopt;
  const Point& to = points_.back();
  const Point& from = points_[points_.size() - std::min(points_.size(), kPaceSteps + 1)];
  if (!to.lag || !from.lag || *to.lag >= *from.lag) return std::nullopt;
  const double shrunk = Seconds(*from.lag - *to.lag) / Seconds(to.at - from.at);
  return std::chrono::seconds(static_cast<std::int64_t>(Seconds(*to.lag).count() / shrunk));
}

}  // namespace nsf
