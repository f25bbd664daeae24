// SPDX-License-Identifier: Apache-2.0
// When memory is to be given back: after a busy phase, once nothing is under way any more. The heap
// is kept while pages come, for the next ones; what a backlog needed is not needed afterwards.
#pragma once

#include <cstdint>

namespace nsf {

class IdleMemory {
 public:
  // `received`: bytes of pages since the start. `pending`: rows that are not settled. True once
  // after much was received, when nothing is pending.
  bool IsDue(std::uint64_t received, std::uint64_t pending) {
    if (pending > 0 || received - given_back_at_ < kBusy) return false;
    given_back_at_ = received;
    return true;
  }

 private:
  // Polls of a quiet tenant need not give back, nor take anew, anything.
  static constexpr std::uint64_t kBusy = std::uint64_t{4} * 1024 * 1024;

  std::uint64_t given_back_at_ = 0;
};

}  // namespace nsf
