// SPDX-License-Identifier: Apache-2.0
// Health and readiness.
#include "app/health.h"

namespace nsf {
namespace {

constexpr std::chrono::seconds kSilence{60};

}  // namespace

HealthAnswer LoopHealth(MonotonicTime last_step, MonotonicTime now) {
  if (now - last_step < kSilence) return {true, "ok"};
  return {false, "the loop has made no step for a minute: restart the process"};
}

void Readiness::Expect(const std::string& tenant, const std::string& stream) {
  const std::lock_guard lock(mutex_);
  streams_.try_emplace({tenant, stream});
}

void Readiness::Note(const std::string& tenant, const std::string& stream,
                     const StreamSnapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  Known& known = streams_[{tenant, stream}];
  known.tried = snapshot.tried;
  known.blocked = snapshot.blocked_reason;
}

HealthAnswer Readiness::Answer(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  std::size_t asked = 0;
  std::string blocked;
  std::size_t blocked_count = 0;
  for (const auto& [name, known] : streams_) {
    if (!tenant.empty() && name.first != tenant) continue;
    ++asked;
    if (!known.tried) return {false, name.first + '/' + name.second + " has not tried yet"};
    if (known.blocked.empty()) continue;
    ++blocked_count;
    blocked += ' ' + name.first + '/' + name.second + '=' + known.blocked;
  }
  if (asked == 0) return {false, "no such tenant"};
  if (blocked_count == asked) return {false, "every stream is blocked:" + blocked};
  return {true, "ok"};
}

}  // namespace nsf
