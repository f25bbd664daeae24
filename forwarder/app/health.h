// SPDX-License-Identifier: Apache-2.0
// What /healthz and /readyz answer. A slow tenant or sink is never a reason to be restarted, so
// health is the loop's alone, and readiness asks whether anything works at all.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "ports/clock.h"
#include "ports/telemetry.h"

namespace nsf {

struct HealthAnswer {
  bool ok = true;
  std::string text;  // one line for people
};

// 503 only when the loop has made no step for a minute.
HealthAnswer LoopHealth(MonotonicTime last_step, MonotonicTime now);

// What is known of each stream. Thread-safe.
class Readiness {
 public:
  void Note(const std::string& tenant, const std::string& stream, const StreamSnapshot& snapshot);
  // Streams that have not been stepped yet count as not tried.
  void Expect(const std::string& tenant, const std::string& stream);

  // Ready when each stream has tried once, and not every one of them is blocked. `tenant` empty:
  // all tenants; an unknown one is not ready.
  HealthAnswer Answer(const std::string& tenant) const;

 private:
  struct Known {
    bool tried = false;
    std::string blocked;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Known> streams_;
};

}  // namespace nsf
