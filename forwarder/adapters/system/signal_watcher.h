// SPDX-License-Identifier: Apache-2.0
// Signals as calls on an ordinary thread, where every function may be called.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ports/result.h"

namespace nsf {

class SignalWatcher {
 public:
  // Blocks `signals` for the calling thread and those it starts from now on, so call it from main()
  // before there are others. `on_signal` is called with the number, on the watcher's own thread,
  // for each signal; several of the same number that come at once may be one call.
  static Result<std::unique_ptr<SignalWatcher>> Start(const std::vector<int>& signals,
                                                      std::function<void(int)> on_signal);
  // No call is made after it. Unblocks the signals that were not blocked before; for the same
  // thread that called Start().
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  class Impl;
  explicit SignalWatcher(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace nsf
