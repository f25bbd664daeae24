// SPDX-License-Identifier: Apache-2.0
// One process owns a state directory: a lock that the system lets go of when the process ends,
// however it ends, on a file that says who it is.
#pragma once

#include <string>

#include "ports/result.h"

namespace nsf {

// Who owns `directory` now, as people are told ("pid 123 on host since …"); empty: nobody does.
// Takes and lets go of the lock to find out, if it can.
std::string OwnerOf(const std::string& directory);

class OwnerLock {
 public:
  // Fails with kStop, naming the owner, when there is one.
  static Result<OwnerLock> Take(const std::string& directory);

  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&&) = delete;
  ~OwnerLock();

 private:
  explicit OwnerLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace nsf
