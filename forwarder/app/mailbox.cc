// SPDX-License-Identifier: Apache-2.0
// The loop's mailbox.
#include "app/mailbox.h"

namespace nsf {

void Mailbox::Post(Completion completion) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(completion));
  }
  ready_.notify_one();
}

void Mailbox::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  ready_.notify_one();
}

std::vector<Completion> Mailbox::TakeUntil(MonotonicTime until) {
  std::unique_lock lock(mutex_);
  ready_.wait_until(lock, until, [this] { return woken_ || !posted_.empty(); });
  woken_ = false;
  return std::exchange(posted_, {});
}

}  // namespace nsf
