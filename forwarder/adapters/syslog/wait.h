// SPDX-License-Identifier: Apache-2.0
// Waiting in the sink's thread: for a socket, for a signal of another thread, or for a time.
#pragma once

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <utility>

namespace nsf::syslog {

using SteadyTime = std::chrono::steady_clock::time_point;
inline SteadyTime SteadyNow() { return std::chrono::steady_clock::now(); }

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// One thread tells another that something happened; stays raised until cleared. Thread-safe.
class Signal {
 public:
  Signal();
  void Raise();
  void Clear();
  bool raised() const { return raised_.load(); }
  int fd() const { return fd_.get(); }

 private:
  FileDescriptor fd_;  // an eventfd
  std::atomic<bool> raised_{false};
};

enum class Wake { kReady, kSignal, kTimeout };

// Returns when `fd` (none if negative) has one of `events` or an error, when one of `signals`
// (null ones are skipped) is raised, or at `until`.
Wake WaitFor(int fd, std::int16_t events, std::initializer_list<const Signal*> signals,
             SteadyTime until);

}  // namespace nsf::syslog
