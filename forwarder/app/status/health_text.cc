// SPDX-License-Identifier: Apache-2.0
// Sentences.
#include "app/status/health_text.h"

#include <array>
#include <utility>

namespace nsf {
namespace {

// By reason; the first is for all others.
using Sentences = std::array<std::pair<std::string_view, std::string_view>, 5>;

constexpr Sentences kStalled{{
    {"silent",
     "Nothing has been heard of this stream for minutes. Restart the program, and report it with "
     "the log."},
    {"sink",
     "A sink takes no events, so that nothing more is asked for. Nothing is lost: mend the sink, "
     "and it goes on by itself."},
    {"dead_letter",
     "Refused events cannot be kept, so that nothing goes on. Nothing is lost: make the dead "
     "letter writable, and it goes on by itself."},
    {"state",
     "What was delivered cannot be noted, so that nothing goes on. Nothing is lost: make room at "
     "state.path, and it goes on by itself."},
    {"tenant",
     "The tenant does not answer. Nothing is lost: look at the network, the proxy and the "
     "tenant's own state; it goes on by itself."},
}};

constexpr Sentences kCatchingUp{{
    {"backlog", "It delivers what is older first, and is not at the present yet. Nothing to do."},
    {"starting", "It has just begun, and the tenant has not answered yet."},
    {"behind",
     "It delivers, but the present moves away. If the lag goes on growing, look at the request "
     "budget and at the sinks."},
    {},
    {},
}};

std::string_view Find(const Sentences& sentences, std::string_view reason) {
  for (const auto& [of, sentence] : sentences) {
    if (!of.empty() && of == reason) return sentence;
  }
  return sentences.front().second;
}

}  // namespace

std::string_view HealthText(const StreamHealth& health) {
  switch (health.state) {
    case StreamState::kHealthy:
      return "All that the tenant shows is delivered; the last minutes are still settling.";
    case StreamState::kCatchingUp:
      return Find(kCatchingUp, health.reason);
    case StreamState::kThrottled:
      return "The tenant limits the rate (429). That is delay, not loss. If it lasts, lower "
             "rate_limit, or look for others that use the same token.";
    case StreamState::kBlocked:
      return "The tenant refuses, and waits for you. Nothing is lost: it is tried again all the "
             "time, and no restart is needed.";
    case StreamState::kStalled:
      return Find(kStalled, health.reason);
  }
  return {};
}

}  // namespace nsf
