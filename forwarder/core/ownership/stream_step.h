// SPDX-License-Identifier: Apache-2.0
// What is to be done with a stream whose slot comes and goes. A stream that is to end comes to rest
// first, and only then is another one of the same name begun: of each there is one at most.
#pragma once

#include <cstdint>

namespace nsf {

struct StreamFacts {
  bool here = false;  // its tenant is configured, and the tenant's slot is owned here
  bool there_is = false;
  bool resting = false;  // it was told to come to rest
  bool rests = false;    // nothing of it is under way
};

enum class StreamAct : std::uint8_t { kNone, kBegin, kRest, kRemove };

constexpr StreamAct DecideStream(const StreamFacts& facts) {
  if (!facts.there_is) return facts.here ? StreamAct::kBegin : StreamAct::kNone;
  if (facts.resting) return facts.rests ? StreamAct::kRemove : StreamAct::kNone;
  return facts.here ? StreamAct::kNone : StreamAct::kRest;
}

}  // namespace nsf
