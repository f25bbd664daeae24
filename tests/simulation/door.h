// SPDX-License-Identifier: Apache-2.0
// The way into a process: what reaches one that is stopped waits until it goes on, in its order;
// what reaches one that is gone is dropped.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace nsf::simulation {

class Door {
 public:
  // Calls `entering`, now or later, or never.
  template <typename Entering>
  void Pass(Entering entering) {
    if (shut_) return;
    if (!stopped_ && waiting_.empty()) return entering();
    const auto kept = std::make_shared<Entering>(std::move(entering));
    waiting_.push_back([kept] { (*kept)(); });
  }

  void Stop() { stopped_ = true; }
  // Lets in one after the other, until somebody stops it again or shuts it.
  void Continue() {
    stopped_ = false;
    while (!waiting_.empty() && !stopped_) {
      const auto entering = std::move(waiting_.front());
      waiting_.pop_front();
      entering();
    }
  }
  bool stopped() const { return stopped_; }

  void Shut() {
    shut_ = true;
    waiting_.clear();
  }
  bool shut() const { return shut_; }

 private:
  bool stopped_ = false;
  bool shut_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace nsf::simulation
