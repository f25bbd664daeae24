// SPDX-License-Identifier: Apache-2.0
// Calls handed to the loop's thread by others: what a store or a sink reports for a job.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace nsf {

// Thread-safe, but for RunAll(), which is for the loop's thread.
class LoopCalls {
 public:
  // `wake` makes the loop look around soon; from any thread.
  explicit LoopCalls(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Post(std::function<void()> call) {
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(std::move(call));
    }
    wake_();
  }

  void RunAll() {
    std::vector<std::function<void()>> calls;
    {
      const std::lock_guard lock(mutex_);
      calls.swap(calls_);
    }
    for (const auto& call : calls) call();
  }

 private:
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<std::function<void()>> calls_;
};

}  // namespace nsf
