// SPDX-License-Identifier: Apache-2.0
// The name and password of a user at the brokers, which may change while clients run: they log in
// with the new ones the next time that they connect.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace nsf {

// Thread-safe.
class KafkaLogin {
 public:
  struct Values {
    std::string username;
    std::string password;
    std::uint64_t version = 0;  // greater after each change; 0: as in the properties
  };

  void Change(std::string username, std::string password) {
    const std::lock_guard lock(mutex_);
    values_ = {std::move(username), std::move(password), values_.version + 1};
  }

  Values Get() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  Values values_;
};

}  // namespace nsf
