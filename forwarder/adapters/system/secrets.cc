// SPDX-License-Identifier: Apache-2.0
// Secrets of files and of the configuration: see the header.
#include "adapters/system/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace nsf {
namespace {

constexpr std::size_t kMaxBytes = 65'536;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

Error Stop(std::string message) { return {ErrorKind::kStop, std::move(message)}; }

std::string ErrnoText() { return std::generic_category().message(errno); }

}  // namespace

Result<Secret> FileSecret::Read() const {
  // Not blocking: a FIFO put in its place must not hold up every tenant.
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    return Stop("cannot open " + Reference() + ": " + ErrnoText() +
                "; write the secret into it, readable for this program's user alone");
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Stop(Reference() + " is not a regular file; write the secret into one");
  }
  std::string text(kMaxBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Stop("cannot read " + Reference() + ": " + ErrnoText());
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMaxBytes) {
    return Stop(Reference() + " holds more than 64 KiB, which is no token; check the path");
  }
  const std::string_view secret = Trimmed(std::string_view(text).substr(0, size));
  if (secret.empty()) return Stop(Reference() + " is empty; write the secret into it");
  return Secret(std::string(secret));
}

FixedSecret::FixedSecret(const Secret& secret, std::string reference)
    : secret_(std::string(Trimmed(secret.Reveal()))), reference_(std::move(reference)) {}

Result<Secret> FixedSecret::Read() const {
  if (secret_.empty()) return Stop(reference_ + " is empty; set it to the secret");
  return secret_;
}

}  // namespace nsf
