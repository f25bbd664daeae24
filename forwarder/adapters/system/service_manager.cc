// SPDX-License-Identifier: Apache-2.0
// One datagram a message (sd_notify(3)): small enough to need no library.
#include "adapters/system/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace nsf {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
  return value == nullptr ? "" : value;
}

std::optional<std::int64_t> Number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

// The watchdog may be meant for another process of the service.
std::optional<std::chrono::microseconds> Pause() {
  const auto wanted = Number(Variable("WATCHDOG_USEC"));
  const std::string pid = Variable("WATCHDOG_PID");
  if (!wanted || (!pid.empty() && Number(pid) != ::getpid())) return std::nullopt;
  return std::chrono::microseconds(*wanted / 4);
}

}  // namespace

ServiceManager::ServiceManager() : socket_(Variable("NOTIFY_SOCKET")), pause_(Pause()) {}

void ServiceManager::Ready() const { Tell("READY=1"); }

void ServiceManager::Stopping() const { Tell("STOPPING=1"); }

void ServiceManager::Alive(MonotonicTime now) {
  if (!pause_ || (last_sign_ && now - *last_sign_ < *pause_)) return;
  last_sign_ = now;
  Tell("WATCHDOG=1");
}

void ServiceManager::Tell(std::string_view message) const {
  sockaddr_un address = {};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(fd, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), length);
  ::close(fd);
}

}  // namespace nsf
