// SPDX-License-Identifier: Apache-2.0
// The lock of a state directory: see the header.
#include "adapters/sqlite/owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <system_error>
#include <thread>
#include <utility>

namespace nsf {
namespace {

// "pid 123 on host since 2026-03-01T09:00:00Z"
std::string Me() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::time_t now = std::time(nullptr);
  std::tm utc = {};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> since{};
  std::strftime(since.data(), since.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return "pid " + std::to_string(::getpid()) + " on " + host.data() + " since " + since.data();
}

std::string Owner(int fd) {
  std::array<char, 512> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  std::string owner(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  for (char& c : owner) {
    if (c < ' ' || c > '~') c = ' ';  // it ends up in a log
  }
  const std::size_t end = owner.find_last_not_of(' ');
  if (end == std::string::npos) return "another process";
  owner.resize(end + 1);
  return owner;
}

// Whoever only asks whether there is an owner (OwnerOf) holds the lock for an instant.
bool TryLock(int fd) {
  constexpr int kTries = 10;
  constexpr std::chrono::milliseconds kInstant(10);
  for (int i = 0; i < kTries; ++i) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return false;
    std::this_thread::sleep_for(kInstant);
  }
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0;
}

Error Stop(std::string message) { return {ErrorKind::kStop, std::move(message)}; }

}  // namespace

std::string OwnerOf(const std::string& directory) {
  const int fd = ::open((directory + "/state.lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return "";
  const bool owned = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  std::string owner = owned ? Owner(fd) : "";
  ::close(fd);
  return owner;
}

Result<OwnerLock> OwnerLock::Take(const std::string& directory) {
  const std::string file = directory + "/state.lock";
  OwnerLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0) {
    return Stop("cannot open " + file + " (" + std::generic_category().message(errno) +
                "); make state.path writable for this program's user");
  }
  if (!TryLock(lock.fd_)) {
    if (errno != EWOULDBLOCK) {
      return Stop("cannot lock " + file + " (" + std::generic_category().message(errno) +
                  "); use a state.path on a local file system");
    }
    return Stop("the state in " + directory + " is owned by " + Owner(lock.fd_) +
                "; stop it, or use another state.path");
  }
  // Only for people: the lock is what counts, so a full disk does not matter here.
  const std::string me = Me() + "\n";
  [[maybe_unused]] const bool said =
      ::ftruncate(lock.fd_, 0) == 0 && ::pwrite(lock.fd_, me.data(), me.size(), 0) > 0;
  return lock;
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

OwnerLock::~OwnerLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace nsf
