// SPDX-License-Identifier: Apache-2.0
// Where ports leave what has completed, for the loop to take.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "pipeline/stream/event_stream.h"
#include "ports/clock.h"

namespace nsf {

// What has completed for one lane of the loop.
struct Completion {
  std::size_t lane = 0;
  std::uint64_t epoch = 0;  // of the lane, when it was started
  std::variant<PageAnswer, Settlement, Result<std::vector<StateEntry>>> what;
};

// Thread-safe.
class Mailbox {
 public:
  void Post(Completion completion);
  // Ends a wait early: somebody outside (a signal) wants the loop to look around.
  void Wake();
  // All that was posted; blocks until there is something, Wake() was called, or `until`.
  std::vector<Completion> TakeUntil(MonotonicTime until);

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<Completion> posted_;
  bool woken_ = false;
};

}  // namespace nsf
