// SPDX-License-Identifier: Apache-2.0
// A file descriptor that closes itself, and the listening socket of the server.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

namespace nsf_simulator {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int value) : value_(value) {}
  FileDescriptor(FileDescriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~FileDescriptor() {
    if (value_ >= 0) close(value_);
  }

  int get() const { return value_; }
  bool valid() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

struct Listener {
  FileDescriptor socket;
  std::string address;  // HOST:PORT with the port that was bound
  std::string fault;    // why `socket` is not valid
};

// `where` is HOST:PORT, with brackets around an IPv6 host; port 0 takes a free one.
Listener Listen(const std::string& where);

}  // namespace nsf_simulator
