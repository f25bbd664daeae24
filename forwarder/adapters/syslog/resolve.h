// SPDX-License-Identifier: Apache-2.0
// From a host and a port to socket addresses, without letting a slow name service hold up a stop.
#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/syslog/address.h"
#include "adapters/syslog/wait.h"
#include "ports/result.h"

namespace nsf::syslog {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
  std::string text;  // numeric, for people
};

// Used by one thread.
class Resolver {
 public:
  // `socket_type`: SOCK_STREAM or SOCK_DGRAM.
  Resolver(SyslogAddress address, int socket_type);
  // Waits half a second for a lookup under way. One that hangs longer (the system's resolver cannot
  // be interrupted) is left to end by itself: it touches nothing of this object.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The addresses, in the system's order of preference. kRetry when the name cannot be resolved, at
  // `until`, or when `stop` is raised. A lookup that takes longer is taken up by the next call.
  Result<std::vector<Endpoint>> Resolve(const Signal& stop, SteadyTime until);

 private:
  struct Lookup;
  Result<std::vector<Endpoint>> Collect();

  const SyslogAddress address_;
  const int socket_type_;
  std::shared_ptr<Lookup> lookup_;  // shared with thread_
  std::thread thread_;
};

}  // namespace nsf::syslog
