// SPDX-License-Identifier: Apache-2.0
// The times of a connection over TCP, TLS or RELP.
#pragma once

#include <chrono>

namespace nsf::syslog {

struct StreamTimings {
  std::chrono::milliseconds connect_timeout{5'000};
  // A Publish without a connection goes on trying for as long.
  std::chrono::milliseconds patience{5'000};
  std::chrono::milliseconds first_back_off{100};
  std::chrono::milliseconds longest_back_off{5'000};
  // Nothing is delivered on a connection younger than this: a load balancer without a server behind
  // it, a receiver at its limit and a TLS 1.3 receiver that refuses our certificate all accept,
  // take some bytes and then close.
  std::chrono::milliseconds probation{1'000};
  // A receiver that takes nothing for as long is told as an error. The connection is kept, since a
  // new one would only repeat what waits in the old one, unless the receiver does not even answer
  // or ten times this has passed.
  std::chrono::milliseconds stall{30'000};
  // A connection that had nothing to do for as long was not lost because of what was sent.
  std::chrono::milliseconds quiet{60'000};
};

}  // namespace nsf::syslog
