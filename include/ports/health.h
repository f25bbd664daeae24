// SPDX-License-Identifier: Apache-2.0
// How a stream is, in one word, for people, metrics and alerts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ports/clock.h"

namespace nsf {

enum class StreamState : std::uint8_t {
  kHealthy,     // all that the tenant shows is delivered, but for what is settling
  kCatchingUp,  // it gets on, and is not there yet
  kThrottled,   // the tenant limits the rate: a delay, not an error
  kBlocked,     // the tenant refuses: an operator must act
  kStalled,     // it does not get on, and should
};

inline constexpr std::array<StreamState, 5> kStreamStates{
    StreamState::kHealthy, StreamState::kCatchingUp, StreamState::kThrottled, StreamState::kBlocked,
    StreamState::kStalled};

// As a label of metrics and a member of /status.json.
constexpr std::string_view StreamStateName(StreamState state) {
  constexpr std::array<std::string_view, kStreamStates.size()> kNames{
      "healthy", "catching_up", "throttled", "blocked", "stalled"};
  return kNames.at(static_cast<std::size_t>(state));
}

struct StreamHealth {
  StreamState state = StreamState::kCatchingUp;
  std::string reason;  // a word; empty: there is nothing to say
  WallTime since;
};

// Of one stream, by name.
struct NamedHealth {
  std::string tenant;
  std::string stream;
  StreamHealth health;
};

}  // namespace nsf
