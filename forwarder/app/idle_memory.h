// SPDX-License-Identifier: Apache-2.0
// When memory that is not in use is to be given back. The heap is kept from one page to the next;
// what a backlog or an outage needed is not needed afterwards. It does not wait for a moment in
// which nothing is under way: with a sink that acknowledges late and a busy tenant there is none.
#pragma once

#include <chrono>
#include <cstdint>

#include "ports/clock.h"

namespace nsf {

class IdleMemory {
 public:
  // What is kept for pages is to be looked through: true once in kPause.
  bool IsLookDue(MonotonicTime now) {
    if (now < look_at_) return false;
    look_at_ = now + kPause;
    return true;
  }

  // `received`: bytes of pages since the start. True at most once in kPause (taking pages of memory
  // anew costs about a thousandth of that), and only after enough was received.
  bool IsDue(std::uint64_t received, MonotonicTime now) {
    if (received - given_back_at_ < kBusy || now < not_before_) return false;
    given_back_at_ = received;
    not_before_ = now + kPause;
    return true;
  }

 private:
  // Polls of a quiet tenant need not give back, nor take anew, anything.
  static constexpr std::uint64_t kBusy = std::uint64_t{1} * 1024 * 1024;
  static constexpr std::chrono::seconds kPause{10};

  std::uint64_t given_back_at_ = 0;
  MonotonicTime not_before_ = MonotonicTime::min();
  MonotonicTime look_at_ = MonotonicTime::min();
};

}  // namespace nsf
