// SPDX-License-Identifier: Apache-2.0
// Tells the service manager that started the process (systemd, by sd_notify's protocol) that it is
// ready, alive and about to end. Where none did, nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ports/clock.h"

namespace nsf {

class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID: construct it before there are threads.
  ServiceManager();

  void Ready() const;
  void Stopping() const;
  // At most four times in the time that the watchdog waits; call it as often as there is life.
  void Alive(MonotonicTime now);

 private:
  // Never blocks. What cannot be told is dropped: the manager's patience decides.
  void Tell(std::string_view message) const;

  std::string socket_;                              // empty: nobody listens
  std::optional<std::chrono::microseconds> pause_;  // between two signs of life; none: not wanted
  std::optional<MonotonicTime> last_sign_;
};

}  // namespace nsf
