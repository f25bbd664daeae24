// SPDX-License-Identifier: Apache-2.0
// Signals on an ordinary thread: a signalfd and, for the end, an eventfd.
#include "adapters/system/signal_watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace nsf {

class SignalWatcher::Impl {
 public:
  explicit Impl(std::function<void(int)> on_signal) : on_signal_(std::move(on_signal)) {}

  ~Impl() {
    if (thread_.joinable()) {
      const std::uint64_t one = 1;
      // An eventfd whose counter is 0 takes 1 at once.
      [[maybe_unused]] const ssize_t written = ::write(stop_fd_, &one, sizeof one);
      thread_.join();
    }
    if (signal_fd_ >= 0) ::close(signal_fd_);
    if (stop_fd_ >= 0) ::close(stop_fd_);
    if (blocked_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Start(const std::vector<int>& signals) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals) ::sigaddset(&set, signal);
    blocked_ = ::pthread_sigmask(SIG_BLOCK, &set, &before_) == 0;
    signal_fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    stop_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!blocked_ || signal_fd_ < 0 || stop_fd_ < 0) {
      return Error{ErrorKind::kStop,
                   "cannot watch for signals: " + std::generic_category().message(errno) +
                       "; raise the limit of open files (ulimit -n)"};
    }
    try {
      thread_ = std::thread([this] { Watch(); });
    } catch (const std::system_error& error) {
      return Error{ErrorKind::kStop, std::string("cannot start a thread: ") + error.what() +
                                         "; raise the limits of this process"};
    }
    return {};
  }

 private:
  void Watch() {
    std::array<pollfd, 2> fds{{{signal_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
    while (::poll(fds.data(), fds.size(), -1) >= 0 || errno == EINTR) {
      if (fds[1].revents != 0) return;
      signalfd_siginfo info = {};
      while (::read(signal_fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        on_signal_(static_cast<int>(info.ssi_signo));
      }
    }
  }

  std::function<void(int)> on_signal_;
  sigset_t before_ = {};
  bool blocked_ = false;
  int signal_fd_ = -1;
  int stop_fd_ = -1;
  std::thread thread_;
};

SignalWatcher::SignalWatcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SignalWatcher::~SignalWatcher() = default;

Result<std::unique_ptr<SignalWatcher>> SignalWatcher::Start(const std::vector<int>& signals,
                                                            std::function<void(int)> on_signal) {
  auto impl = std::make_unique<Impl>(std::move(on_signal));
  if (Result<void> started = impl->Start(signals); !started) return std::move(started).error();
  return std::unique_ptr<SignalWatcher>(new SignalWatcher(std::move(impl)));
}

}  // namespace nsf
