// SPDX-License-Identifier: Apache-2.0
// What /healthz and /readyz answer. A slow tenant or sink is never a reason to be restarted, so
// health is the loop's alone; readiness asks whether anything works at all, so that one expired
// token of eighty stops no rollout.
#pragma once

#include <string>
#include <vector>

#include "ports/clock.h"

namespace nsf {

struct HealthAnswer {
  bool ok = true;
  std::string text;  // one line for people
};

// 503 only when the loop has made no step for a minute.
HealthAnswer LoopHealth(MonotonicTime last_step, MonotonicTime now);

// What readiness looks at of a stream.
struct StreamReadiness {
  std::string tenant;
  std::string stream;
  bool tried = false;     // had an answer, at least once
  std::string blocked;    // the reason; empty: it is not
  bool no_state = false;  // what it delivered cannot be committed
};

// Ready when each stream has tried once, not every one of them is blocked, and the state can be
// written. `was_ready`: streams that have not tried yet do not count any more. `tenant` empty: all
// tenants; an unknown one, or one that another instance has, is not ready.
HealthAnswer ReadyAnswer(const std::vector<StreamReadiness>& streams, bool was_ready,
                         const std::string& tenant);

}  // namespace nsf
