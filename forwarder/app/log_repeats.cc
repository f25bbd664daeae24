// SPDX-License-Identifier: Apache-2.0
// Counting repeats.
#include "app/log_repeats.h"

namespace nsf {
namespace {

constexpr std::chrono::minutes kQuiet{1};

}  // namespace

bool LogRepeats::IsNew(const RepeatedLine& line, MonotonicTime now) {
  const auto [seen, is_new] =
      seen_.try_emplace({line.tenant, line.stream, line.text}, Seen{now, line});
  if (!is_new) ++seen->second.line.count;
  return is_new;
}

std::vector<RepeatedLine> LogRepeats::TakeOver(MonotonicTime now) {
  std::vector<RepeatedLine> over;
  for (auto seen = seen_.begin(); seen != seen_.end();) {
    if (now - seen->second.first < kQuiet) {
      ++seen;
      continue;
    }
    if (seen->second.line.count > 0) over.push_back(seen->second.line);
    seen = seen_.erase(seen);
  }
  return over;
}

}  // namespace nsf
