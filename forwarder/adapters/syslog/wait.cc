// SPDX-License-Identifier: Apache-2.0
// eventfd and poll.
#include "adapters/syslog/wait.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace nsf::syslog {

Signal::Signal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Signal::Raise() {
  raised_.store(true);
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable already.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
}

void Signal::Clear() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(fd_.get(), &count, sizeof count);
  raised_.store(false);
}

Wake WaitFor(int fd, std::int16_t events, std::initializer_list<const Signal*> signals,
             SteadyTime until) {
  std::array<pollfd, 4> polled{};
  nfds_t count = 0;
  polled[count++] = {fd, events, 0};
  for (const Signal* signal : signals) {
    if (signal != nullptr && count < polled.size()) polled[count++] = {signal->fd(), POLLIN, 0};
  }
  for (;;) {
    const auto left = std::max(until - SteadyNow(), SteadyTime::duration(0));
    // An hour at most: `until` may be the end of time. The caller looks again and waits again.
    const auto capped = std::min<SteadyTime::duration>(left, std::chrono::hours(1));
    const int ready =
        ::poll(polled.data(), count,
               static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(capped).count()));
    if (ready < 0 && errno == EINTR) continue;
    for (nfds_t i = 1; i < count; ++i) {
      if (polled[i].revents != 0) return Wake::kSignal;
    }
    if (ready > 0) return Wake::kReady;
    return Wake::kTimeout;
  }
}

}  // namespace nsf::syslog
