// SPDX-License-Identifier: Apache-2.0
#include "adapters/syslog/failover.h"

#include <algorithm>
#include <utility>

namespace nsf::syslog {

FailoverConnector::FailoverConnector(std::vector<Target> targets, Log log)
    : targets_(std::move(targets)), log_(std::move(log)) {}

Result<std::unique_ptr<ByteChannel>> FailoverConnector::Connect(const Signal& stop,
                                                                SteadyTime until) {
  const std::size_t count = targets_.size();
  std::string why;
  for (std::size_t i = 0; i < count && !(i > 0 && stop.raised()); ++i) {
    const std::size_t index = (next_ + i) % count;
    const Target& target = targets_[index];
    const auto now = SteadyNow();
    const auto share = std::max(until - now, SteadyTime::duration(0)) / static_cast<int>(count - i);
    auto channel = target.connector->Connect(stop, now + share);
    if (channel) {
      if (index != current_) log_("connected to " + target.address + " now");
      current_ = index;
      next_ = (index + 1) % count;
      return channel;
    }
    if (count == 1) return channel;
    why += (why.empty() ? "" : "; ") + target.address + ": " + channel.error().message;
  }
  return Error{ErrorKind::kRetry, std::move(why)};
}

}  // namespace nsf::syslog
