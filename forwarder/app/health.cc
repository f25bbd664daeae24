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

HealthAnswer ReadyAnswer(const std::vector<StreamReadiness>& streams, bool was_ready,
                         const std::string& tenant) {
  std::size_t asked = 0;
  std::string blocked;
  std::size_t blocked_count = 0;
  for (const StreamReadiness& stream : streams) {
    if (!tenant.empty() && stream.tenant != tenant) continue;
    ++asked;
    const std::string name = stream.tenant + '/' + stream.stream;
    if (stream.no_state) {
      return {false, name + " cannot write the state: see the log for why and what to do"};
    }
    if (!stream.tried && !was_ready) return {false, name + " has not tried yet"};
    if (stream.blocked.empty()) continue;
    ++blocked_count;
    blocked += ' ' + name + '=' + stream.blocked;
  }
  if (asked == 0 && !tenant.empty()) return {false, "no such tenant here"};
  if (asked == 0) return {true, "ok"};  // all streams are other instances'
  if (blocked_count == asked) return {false, "every stream is blocked:" + blocked};
  return {true, "ok"};
}

}  // namespace nsf
